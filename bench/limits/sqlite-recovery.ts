/** The SQLite limit of W6; what the lives do is in sqlite-recovery-life.ts. */
import type { Program } from '../case.ts'
import { killAndRestart, lostSteps } from '../restart.ts'

export const program: Program = async params => [
  ...(await killAndRestart('limits/sqlite-recovery-life', params)),
  lostSteps(params),
]
