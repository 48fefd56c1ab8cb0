// What Terraform leaves to a provider although the schema says it: an attribute that only Google sets, and a required one that is null.
package main

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func mistakes(schema *tfprotov5.Schema, config *tfprotov5.DynamicValue) []*tfprotov5.Diagnostic {
	if schema == nil {
		return nil
	}
	value, err := config.Unmarshal(schema.ValueType())
	if err != nil {
		return []*tfprotov5.Diagnostic{{Severity: tfprotov5.DiagnosticSeverityError, Summary: "Unreadable configuration", Detail: err.Error()}}
	}
	return inBlock(schema.Block, value, tftypes.NewAttributePath())
}

func inBlock(block *tfprotov5.SchemaBlock, value tftypes.Value, at *tftypes.AttributePath) []*tfprotov5.Diagnostic {
	var set map[string]tftypes.Value
	if !value.IsKnown() || value.IsNull() || value.As(&set) != nil {
		return nil
	}
	var found []*tfprotov5.Diagnostic
	mistake := func(name, summary, detail string) {
		found = append(found, &tfprotov5.Diagnostic{
			Severity: tfprotov5.DiagnosticSeverityError, Summary: summary, Detail: fmt.Sprintf(detail, name), Attribute: at.WithAttributeName(name),
		})
	}
	for _, attribute := range block.Attributes {
		isSet := !set[attribute.Name].IsNull()
		if isSet && !attribute.Optional && !attribute.Required {
			mistake(attribute.Name, "Value for unconfigurable attribute", "Only Google sets %q: it cannot be configured.")
		}
		if !isSet && attribute.Required {
			mistake(attribute.Name, "Missing required argument", "%q is required, and null.")
		}
	}
	for _, inner := range block.BlockTypes {
		value, step := set[inner.TypeName], at.WithAttributeName(inner.TypeName)
		if inner.Nesting == tfprotov5.SchemaNestedBlockNestingModeSingle {
			found = append(found, inBlock(inner.Block, value, step)...)
			continue
		}
		var all []tftypes.Value
		if !value.IsKnown() || value.IsNull() || value.As(&all) != nil {
			continue
		}
		for index, one := range all {
			found = append(found, inBlock(inner.Block, one, step.WithElementKeyInt(index))...)
		}
	}
	return found
}
