/** The SQLite limit of W6; what the lives do is in sqlite-recovery-life.ts. */
import type { Program } from '../case.ts'
import { killAndRestart } from '../restart.ts'

export const program: Program = params => killAndRestart('limits/sqlite-recovery-life', params)
