# The rules that come with tflint, all of them. Those for Google are a plugin that is downloaded, and so not here.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
