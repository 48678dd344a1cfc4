/** Io: all that a command of the shell sees of the world outside. No command may reach past it: tests give another one. */
export interface Io {
  /** What was asked for: tables, drawings, or one JSON document. */
  out(text: string): void
  /** What else is to be said. */
  err(text: string): void
  /** Where paths begin. */
  readonly cwd: string
  /** May what is asked for be in colour? */
  readonly colours: boolean
  /** Milliseconds since the epoch. */
  now(): number
}
