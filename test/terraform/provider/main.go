// A stand-in for the google provider where that one cannot be had: it knows the schema, and nothing of Google.
// `terraform validate` works with it, and `terraform test` with `mock_provider "google" {}`; it refuses to plan or apply anything else.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
)

// The embedded interface is nil: Terraform calls what is not here only with state that was made by a real provider.
type standIn struct {
	tfprotov5.ProviderServer
	provider  *tfprotov5.Schema
	resources map[string]*tfprotov5.Schema
	data      map[string]*tfprotov5.Schema
}

func refusal() []*tfprotov5.Diagnostic {
	return []*tfprotov5.Diagnostic{{
		Severity: tfprotov5.DiagnosticSeverityError,
		Summary:  "This is no google provider",
		Detail: "It is the stand-in of basement-watchdog's tests, which knows the schema of the google provider and nothing of Google: " +
			"it can validate, and test with mock_provider \"google\" {}. To plan or apply, run terraform init without the stand-in's CLI configuration.",
	}}
}

func (s *standIn) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	answer := &tfprotov5.GetMetadataResponse{}
	for name := range s.resources {
		answer.Resources = append(answer.Resources, tfprotov5.ResourceMetadata{TypeName: name})
	}
	for name := range s.data {
		answer.DataSources = append(answer.DataSources, tfprotov5.DataSourceMetadata{TypeName: name})
	}
	return answer, nil
}

func (s *standIn) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{Provider: s.provider, ResourceSchemas: s.resources, DataSourceSchemas: s.data}, nil
}

func (s *standIn) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

func (s *standIn) PrepareProviderConfig(_ context.Context, asked *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: asked.Config, Diagnostics: mistakes(s.provider, asked.Config)}, nil
}

func (s *standIn) ValidateResourceTypeConfig(_ context.Context, asked *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{Diagnostics: mistakes(s.resources[asked.TypeName], asked.Config)}, nil
}

func (s *standIn) ValidateDataSourceConfig(_ context.Context, asked *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{Diagnostics: mistakes(s.data[asked.TypeName], asked.Config)}, nil
}

func (s *standIn) ConfigureProvider(context.Context, *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	return &tfprotov5.ConfigureProviderResponse{Diagnostics: refusal()}, nil
}

func (s *standIn) ReadDataSource(context.Context, *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	return &tfprotov5.ReadDataSourceResponse{Diagnostics: refusal()}, nil
}

func (s *standIn) UpgradeResourceState(context.Context, *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	return &tfprotov5.UpgradeResourceStateResponse{Diagnostics: refusal()}, nil
}

func (s *standIn) ReadResource(context.Context, *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	return &tfprotov5.ReadResourceResponse{Diagnostics: refusal()}, nil
}

func (s *standIn) PlanResourceChange(context.Context, *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	return &tfprotov5.PlanResourceChangeResponse{Diagnostics: refusal()}, nil
}

func (s *standIn) ApplyResourceChange(context.Context, *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	return &tfprotov5.ApplyResourceChangeResponse{Diagnostics: refusal()}, nil
}

func (s *standIn) ImportResourceState(context.Context, *tfprotov5.ImportResourceStateRequest) (*tfprotov5.ImportResourceStateResponse, error) {
	return &tfprotov5.ImportResourceStateResponse{Diagnostics: refusal()}, nil
}

func (s *standIn) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func open() (*standIn, error) {
	path := os.Getenv("WATCHDOG_PROVIDER_SCHEMA")
	if path == "" {
		return nil, errors.New("the stand-in for the google provider is for the tests of basement-watchdog: WATCHDOG_PROVIDER_SCHEMA must name test/terraform/provider/schema.json")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var written document
	if err := json.Unmarshal(text, &written); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return written.served()
}

func main() {
	served, err := open()
	if err == nil {
		err = tf5server.Serve("registry.terraform.io/hashicorp/google", func() tfprotov5.ProviderServer { return served })
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
