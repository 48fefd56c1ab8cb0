// CometBFT and beacond: it does not catch up, and its newest block is young. A chain that has stopped is seen by the block alone.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"basement-watchdog/fence/rules"
)

func judgeComet(ctx context.Context, asked node) error {
	answer, err := asked.get(ctx, "/status")
	if err != nil {
		return err
	}
	result, errResult := inner(answer, "result")
	info, errInfo := inner(result, "sync_info")
	if errResult != nil || errInfo != nil {
		return errors.New("/status: it does not say how far it is")
	}
	isCatchingUp, errCatching := truth(info, "catching_up")
	height, errHeight := decimal(info, "latest_block_height", rules.MostSafe)
	text, errText := rules.Text(info, "latest_block_time")
	born, errTime := time.Parse(time.RFC3339Nano, text)
	if errText == nil && errTime != nil {
		errText = errors.New("\"latest_block_time\" is no time")
	}
	if err := unreadable("/status", errCatching, errHeight, errText); err != nil {
		return err
	}
	if isCatchingUp {
		return fmt.Errorf("it is catching up, at height %d", height)
	}
	if height == 0 {
		return errors.New("it has no block yet")
	}
	return asked.judgeHead(born)
}
