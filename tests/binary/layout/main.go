// Command layout prints what the DWARF of a Go program says of runtime.work, where what
// guard/proof.c writes and reads is, and of runtime.pollDesc, which account/heap.c reads.
package main

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"os"
)

func main() {
	if err := show(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func show(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := f.DWARF()
	if err != nil {
		return err
	}
	for r := data.Reader(); ; {
		entry, err := r.Next()
		if err != nil || entry == nil {
			return err
		}
		switch name, _ := entry.Val(dwarf.AttrName).(string); {
		case entry.Tag == dwarf.TagVariable && name == "runtime.work":
			err = work(data, entry)
		case entry.Tag == dwarf.TagStructType && name == "runtime.pollDesc":
			err = pollDesc(data, entry)
		}
		if err != nil {
			return err
		}
	}
}

func pollDesc(data *dwarf.Data, entry *dwarf.Entry) error {
	t, err := data.Type(entry.Offset)
	if err != nil {
		return err
	}
	names := map[string]string{
		"fd": "poll_fd", "rg": "poll_rg", "wg": "poll_wg",
		"rd": "poll_read_deadline", "wd": "poll_write_deadline", "self": "poll_self",
	}
	for _, m := range structOf(t).Field {
		if name, ok := names[m.Name]; ok {
			fmt.Println(name, m.ByteOffset)
		}
	}
	return nil
}

func work(data *dwarf.Data, entry *dwarf.Entry) error {
	t, err := data.Type(entry.Val(dwarf.AttrType).(dwarf.Offset))
	if err != nil {
		return err
	}
	for _, m := range structOf(t).Field {
		switch m.Name {
		case "cycles":
			fmt.Println("proof_cycles", m.ByteOffset)
		case "goroutineLeak":
			// pending, enabled and done are the first three bytes, count is at 8.
			for i, want := range []int64{0, 1, 2, 8} {
				if got := structOf(m.Type).Field[i]; got.ByteOffset != want {
					return fmt.Errorf("%s is at %d", got.Name, got.ByteOffset)
				}
			}
			fmt.Println("proof_pending", m.ByteOffset)
		}
	}
	return nil
}

func structOf(t dwarf.Type) *dwarf.StructType {
	if alias, ok := t.(*dwarf.TypedefType); ok {
		t = alias.Type
	}
	return t.(*dwarf.StructType)
}
