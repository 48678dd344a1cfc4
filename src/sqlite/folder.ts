/** Folder: how a new name in one outlives a loss of power. */
import { closeSync, fsyncSync, openSync } from 'node:fs'

/** A new name is only there for good once its folder was synced; systems that cannot sync folders need not. */
export function syncFolder(folder: string): void {
  let handle: number | undefined
  try {
    handle = openSync(folder, 'r')
    fsyncSync(handle)
  } catch {
    // Windows, and some network file systems.
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}
