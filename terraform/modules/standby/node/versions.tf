# The files of a standby: no provider and no resource. Variables in; the first boot's instructions, metadata and sizes out.
terraform {
  # Validations that look at several variables.
  required_version = ">= 1.9"
}
