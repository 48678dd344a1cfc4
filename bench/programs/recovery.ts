/** W6 of Stator; what the lives do is in recovery-life.ts. */
import type { Program } from '../case.ts'
import { killAndRestart, lostSteps } from '../restart.ts'

export const program: Program = async params => [
  ...(await killAndRestart('programs/recovery-life', params)),
  lostSteps(params),
]
