/** W6 of Stator; what the lives do is in recovery-life.ts. */
import type { Program } from '../case.ts'
import { killAndRestart } from '../restart.ts'

export const program: Program = params => killAndRestart('programs/recovery-life', params)
