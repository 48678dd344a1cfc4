/** Host: everything that is not deterministic, in one place, so that the simulator can bring its own. */
import { randomIds, type NewId } from './ids.ts'
import { systemClock, type Clock } from './clock.ts'
import { systemRandom, type Random } from './random.ts'
import { systemScheduler, type Scheduler } from './scheduler.ts'

export interface Host {
  readonly clock: Clock
  readonly ids: NewId
  readonly random: Random
  readonly scheduler: Scheduler
}

export const systemHost: Host = {
  clock: systemClock,
  ids: randomIds,
  random: systemRandom,
  scheduler: systemScheduler,
}
