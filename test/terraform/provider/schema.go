// Reads a document of `terraform providers schema -json` into what the plugin protocol serves.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type document struct {
	ProviderSchemas map[string]struct {
		Provider  written            `json:"provider"`
		Resources map[string]written `json:"resource_schemas"`
		Data      map[string]written `json:"data_source_schemas"`
	} `json:"provider_schemas"`
}

type written struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

type block struct {
	Attributes map[string]attribute `json:"attributes"`
	Blocks     map[string]nested    `json:"block_types"`
}

type attribute struct {
	Type       json.RawMessage `json:"type"`
	Required   bool            `json:"required"`
	Optional   bool            `json:"optional"`
	Computed   bool            `json:"computed"`
	Sensitive  bool            `json:"sensitive"`
	WriteOnly  bool            `json:"write_only"`
	Deprecated bool            `json:"deprecated"`
}

type nested struct {
	Nesting string `json:"nesting_mode"`
	Min     int64  `json:"min_items"`
	Max     int64  `json:"max_items"`
	Block   block  `json:"block"`
}

var nestings = map[string]tfprotov5.SchemaNestedBlockNestingMode{
	"single": tfprotov5.SchemaNestedBlockNestingModeSingle,
	"list":   tfprotov5.SchemaNestedBlockNestingModeList,
	"set":    tfprotov5.SchemaNestedBlockNestingModeSet,
	"map":    tfprotov5.SchemaNestedBlockNestingModeMap,
}

func (d document) served() (*standIn, error) {
	for source, schemas := range d.ProviderSchemas {
		if source != "hashicorp/google" && source != "registry.terraform.io/hashicorp/google" {
			continue
		}
		provider, err := schemas.Provider.served()
		if err != nil {
			return nil, fmt.Errorf("the provider's configuration: %w", err)
		}
		resources, err := allServed(schemas.Resources)
		if err != nil {
			return nil, err
		}
		data, err := allServed(schemas.Data)
		if err != nil {
			return nil, err
		}
		return &standIn{provider: provider, resources: resources, data: data}, nil
	}
	return nil, fmt.Errorf("the schema has no hashicorp/google among its provider_schemas")
}

func allServed(all map[string]written) (map[string]*tfprotov5.Schema, error) {
	schemas := map[string]*tfprotov5.Schema{}
	for name, one := range all {
		schema, err := one.served()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		schemas[name] = schema
	}
	return schemas, nil
}

func (w written) served() (*tfprotov5.Schema, error) {
	block, err := w.Block.served()
	return &tfprotov5.Schema{Version: w.Version, Block: block}, err
}

func (b block) served() (*tfprotov5.SchemaBlock, error) {
	served := &tfprotov5.SchemaBlock{}
	for name, a := range b.Attributes {
		// The only other way to read Terraform's own notation of types is internal to its module.
		kind, err := tftypes.ParseJSONType(a.Type) //nolint:staticcheck
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		served.Attributes = append(served.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: kind, Required: a.Required, Optional: a.Optional, Computed: a.Computed,
			Sensitive: a.Sensitive, WriteOnly: a.WriteOnly, Deprecated: a.Deprecated,
		})
	}
	for name, n := range b.Blocks {
		nesting, isKnown := nestings[n.Nesting]
		if !isKnown {
			return nil, fmt.Errorf("%s: nesting mode %q is not known", name, n.Nesting)
		}
		inner, err := n.Block.served()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		served.BlockTypes = append(served.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: name, Block: inner, Nesting: nesting, MinItems: n.Min, MaxItems: n.Max,
		})
	}
	slices.SortFunc(served.Attributes, func(a, b *tfprotov5.SchemaAttribute) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(served.BlockTypes, func(a, b *tfprotov5.SchemaNestedBlock) int { return cmp.Compare(a.TypeName, b.TypeName) })
	return served, nil
}
