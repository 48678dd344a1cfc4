/** Answer: what a command found, as data and as text, and what that means for CI. It prints nothing itself. */
import type { Command } from 'commander'
import type { Io } from './io.ts'
import type { Style } from './style.ts'

export interface Answer {
  /** What `--json` prints. */
  readonly json: unknown
  /** The same for people. */
  text(style: Style): string
  /** 0: fine. 1: something was found that is not. */
  readonly code: 0 | 1
}

/** What every command can be told. */
export interface Common {
  readonly json?: boolean
  readonly debug?: boolean
}

/** Does the work of a command and answers, or says what is wrong. */
export type Reply = (options: Common, work: (io: Io) => Answer | Promise<Answer>) => Promise<void>

/** Adds a command to the program. */
export type Declare = (program: Command, reply: Reply) => void

export function common(command: Command): Command {
  return command
    .option('--json', 'one JSON document instead of a table')
    .option('--debug', 'with an error, where it was thrown')
}
