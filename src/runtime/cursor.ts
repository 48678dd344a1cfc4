/** Cursor: a position in history as its users hold it, and the filters of their streams. Pure. */
import { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { HistoryFilter } from './journal.ts'
import type { ReadOptions } from './options.ts'

/** A signal's place in history, to read on from later: opaque, and only good for the same journal. */
export function cursorOf(signal: Signal): string {
  return cursorAt(signal.seq)
}

export const cursorAt = (position: number): string => position.toString(36)

/** @throws StatorError INPUT_INVALID */
export function positionOf(cursor: string): number {
  if (cursor === 'start') return 0
  const position = Number.parseInt(cursor, 36)
  if (!/^[0-9a-z]+$/.test(cursor) || !Number.isSafeInteger(position))
    throw new StatorError('INPUT_INVALID', { cursor })
  return position
}

export function filterOf(options: ReadOptions): HistoryFilter {
  const actor =
    options.agent === undefined
      ? options.task === undefined
        ? undefined
        : `task/${options.task}`
      : `agent/${options.agent}`
  return {
    ...(options.types === undefined ? {} : { types: options.types }),
    ...(actor === undefined ? {} : { actor: actor as Address }),
    ...(options.workflow === undefined ? {} : { correlationId: `workflow/${options.workflow}` }),
  }
}
