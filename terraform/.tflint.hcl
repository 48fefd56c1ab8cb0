# The rules that come with tflint. Those for Google are a plugin that is downloaded, and so not here.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# Files are named for what is in them.
rule "terraform_standard_module_structure" {
  enabled = false
}
