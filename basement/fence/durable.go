// Files that are on the disk when the call returns, whole or not at all.
package main

import (
	"errors"
	"os"
	"path/filepath"
)

func syncFolder(folder string) error {
	open, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer open.Close()
	return open.Sync()
}

// writeTemporary leaves a whole, synced file beside its later place.
func writeTemporary(path string, text []byte, mode os.FileMode) (string, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".")
	if err != nil {
		return "", err
	}
	_, errWrite := file.Write(text)
	err = errors.Join(errWrite, file.Chmod(mode), file.Sync(), file.Close())
	if err != nil {
		_ = os.Remove(file.Name())
		return "", err
	}
	return file.Name(), nil
}

// replaceFile puts the text in the place of whatever is there.
func replaceFile(path string, text []byte, mode os.FileMode) error {
	temporary, err := writeTemporary(path, text, mode)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		_ = os.Remove(temporary)
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// createFile fails with os.ErrExist when something is there. A crash leaves no half of it behind, as O_EXCL alone would.
func createFile(path string, text []byte, mode os.FileMode) error {
	temporary, err := writeTemporary(path, text, mode)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	if err := os.Link(temporary, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}
