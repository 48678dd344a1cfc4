/**
 * Acts: what agents do together in a campaign, beside all other work: one act a noun, in a file of its own. What must come of it the
 * invariants know; an act says `break` only of what no invariant can see.
 */
import type { AgentDefinition } from '../../src/actors/agent.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Limits } from '../../src/runtime/limits.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import type { Setup } from '../../src/testing/host/stage.ts'
import { drawBudgets } from './budgets.ts'
import { ContextAct } from './context.ts'
import { drawLocks } from './locks.ts'
import { drawGates } from './gates.ts'
import { drawMail } from './mail.ts'
import { MailboxesAct } from './mailboxes.ts'
import { drawSupervision } from './supervision.ts'

/** One that was drawn, through all process lives of its campaign. */
export interface Act {
  /** Whom it needs, in each life. Their ids and tasks are its own: `<noun>-…`. */
  agents(life: Life): readonly AgentDefinition[]
  /** What else it needs of the runtime. */
  setup?(life: Life): Omit<Setup, 'agents' | 'tasks'>
  /** Whatever its clients do in one life; settles when nothing is left to do, and when that life ends. */
  live(life: Life): Promise<void>
  /** What it needs to be otherwise than it was drawn for its world. */
  readonly limits?: Partial<Limits>
  /** Nothing is left to do. */
  readonly isOver: boolean
}

/** Of each noun, how an act is drawn. All it draws comes from these dice, so that a seed plays it again. */
const ACTS = {
  budgets: drawBudgets,
  context: (dice: Dice) => new ContextAct(dice),
  gates: drawGates,
  locks: drawLocks,
  mail: drawMail,
  mailboxes: (dice: Dice) => new MailboxesAct(dice),
  supervision: drawSupervision,
} satisfies Readonly<Record<string, (dice: Dice) => Act>>

export type ActName = keyof typeof ACTS

/** None in some worlds; or the one that is asked for. */
export function drawAct(dice: Dice, wanted?: ActName | 'none'): Act | null {
  const isPlayed = dice.chance(0.65)
  const name = dice.pick(Object.keys(ACTS) as ActName[])
  if (wanted === 'none' || (wanted === undefined && !isPlayed)) return null
  return ACTS[wanted ?? name](dice)
}
