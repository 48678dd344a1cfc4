/** The SQLite limit of W9; what the lives do is in sqlite-backlog-life.ts. */
import type { Program } from '../case.ts'
import { killAndRestart } from '../restart.ts'

export const program: Program = params =>
  killAndRestart('limits/sqlite-backlog-life', params, ['--expose-gc'])
