// Formats says whether JSON files are what a JSON schema wants them to be.
//
//	formats SCHEMA FILE...
package main

import (
	"fmt"
	"os"

	"github.com/xeipuuv/gojsonschema"
)

func check(schema *gojsonschema.Schema, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	result, err := schema.Validate(gojsonschema.NewBytesLoader(text))
	if err != nil {
		return err
	}
	for _, e := range result.Errors() {
		return fmt.Errorf("%s: %s", file, e)
	}
	return nil
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		var schema *gojsonschema.Schema
		if schema, err = gojsonschema.NewSchema(gojsonschema.NewBytesLoader(text)); err == nil {
			for _, file := range os.Args[2:] {
				if err = check(schema, file); err != nil {
					break
				}
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
