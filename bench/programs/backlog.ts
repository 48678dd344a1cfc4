/** W9 of Stator; what the lives do is in backlog-life.ts. */
import type { Program } from '../case.ts'
import { killAndRestart } from '../restart.ts'

export const program: Program = params => killAndRestart('programs/backlog-life', params, ['--expose-gc'])
