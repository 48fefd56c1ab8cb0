// An execution client: it says that it does not sync, and its newest block is young.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"basement-watchdog/fence/rules"
)

func judgeExecution(ctx context.Context, asked node) error {
	syncing, err := asked.call(ctx, "eth_syncing")
	if err != nil {
		return err
	}
	isAtFirst, err := asked.judgeProgress(syncing)
	if err != nil {
		return err
	}
	result, err := asked.call(ctx, "eth_getBlockByNumber", "latest", false)
	if err != nil {
		return err
	}
	block, err := rules.Fields(result)
	if err != nil {
		return errors.New("eth_getBlockByNumber: there is no newest block")
	}
	number, errNumber := quantity(block, "number")
	born, errBorn := quantity(block, "timestamp")
	if err := unreadable("eth_getBlockByNumber", errNumber, errBorn); err != nil {
		return err
	}
	if number == 0 && asked.isGenesisOK {
		return nil
	}
	if isAtFirst {
		return fmt.Errorf("it is syncing: block 0 of %d", number)
	}
	return asked.judgeHead(time.Unix(born, 0))
}

// judgeProgress reads what eth_syncing says. isAtFirst: a fresh geth that nobody drives says that it syncs from block 0 to block 0.
func (asked node) judgeProgress(syncing json.RawMessage) (isAtFirst bool, err error) {
	if string(syncing) == "false" {
		return false, nil
	}
	progress, err := rules.Fields(syncing)
	if err != nil {
		return false, errors.New("eth_syncing: its answer is neither false nor an object")
	}
	current, errCurrent := quantity(progress, "currentBlock")
	highest, errHighest := quantity(progress, "highestBlock")
	switch {
	case errCurrent != nil || errHighest != nil:
		return false, errors.New("it is syncing")
	case current < highest, current == 0 && !asked.isGenesisOK:
		return false, fmt.Errorf("it is syncing: block %d of %d", current, highest)
	}
	// A geth that is at the head goes on saying so for hours, while it builds its indexes: there the age of the block decides.
	return current == 0, nil
}
