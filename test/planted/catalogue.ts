/** The catalogue of planted bugs, by area. Nothing is defined here. */
import type { ActName } from '../simulation/acts.ts'
import { BACKLOG } from './backlog.ts'
import { BUDGETS } from './budgets.ts'
import { CACHED } from './cached.ts'
import { CLIENTS } from './clients.ts'
import { CONTEXT } from './context.ts'
import { CONTROL } from './control.ts'
import { DELIVERY } from './delivery.ts'
import { DEPENDENCIES } from './dependencies.ts'
import { DISPATCH } from './dispatch.ts'
import { EXECUTION } from './execution.ts'
import { GATES } from './gates.ts'
import { JOURNAL } from './journal.ts'
import { LATE } from './late.ts'
import { LOCKS } from './locks.ts'
import { LOOP } from './loop.ts'
import { FLOWS } from './flows.ts'
import { MACHINES } from './machines.ts'
import { MAILBOXES } from './mailboxes.ts'
import { MAIL } from './mail.ts'
import { FAMILIES } from './families.ts'
import type { Mutant } from './mutant.ts'
import { PARKING } from './parking.ts'
import { QUEUES } from './queues.ts'
import { RECOVERY } from './recovery.ts'
import { SAGAS } from './sagas.ts'
import { SCHEDULES } from './schedules.ts'
import { STREAMS } from './streams.ts'
import { SUPERVISION } from './supervision.ts'
import { TIMERS } from './timers.ts'

const playing = (act: ActName, mutants: readonly Mutant[]): Mutant[] =>
  mutants.map(mutant => ({ ...mutant, act }))

export const CATALOGUE: readonly Mutant[] = [
  ...LOOP,
  ...BACKLOG,
  ...DELIVERY,
  ...playing('supervision', SUPERVISION),
  ...TIMERS,
  ...LATE,
  ...DEPENDENCIES,
  ...FAMILIES,
  ...SCHEDULES,
  ...DISPATCH,
  ...QUEUES,
  ...playing('mailboxes', MAILBOXES),
  ...EXECUTION,
  ...CLIENTS,
  ...CONTROL,
  ...playing('context', CONTEXT),
  ...CACHED,
  ...JOURNAL,
  ...PARKING,
  ...RECOVERY,
  ...STREAMS,
  ...MACHINES,
  ...FLOWS,
  ...playing('gates', GATES),
  ...playing('locks', LOCKS),
  ...playing('mail', MAIL),
  ...SAGAS,
  ...playing('budgets', BUDGETS),
]
