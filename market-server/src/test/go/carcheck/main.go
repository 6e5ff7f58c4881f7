// Command carcheck reads a CAR from stdin with go-car, which verifies each block, and prints what it holds.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"github.com/ipld/go-car/v2"
)

func main() {
	reader, err := car.NewBlockReader(bufio.NewReader(os.Stdin))
	if err != nil {
		fmt.Fprintln(os.Stderr, "header:", err)
		os.Exit(1)
	}
	for _, root := range reader.Roots {
		fmt.Println("root", root)
	}
	for {
		block, err := reader.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "block:", err)
			os.Exit(1)
		}
		fmt.Println("block", block.Cid(), len(block.RawData()))
	}
}
