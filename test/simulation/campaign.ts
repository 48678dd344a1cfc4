/**
 * campaign(): a random world, played through all its lives to the end, all from one seed. The same seed is the same campaign, to
 * the last bit. What the runtime promises the invariants check; here it is only made to happen.
 */
import { Crashed, PromiseBroken, Stuck } from '../../src/testing/host/ends.ts'
import type { Life } from '../../src/testing/host/life.ts'
import { Dice } from '../../src/testing/host/random.ts'
import { Simulation } from '../../src/testing/host/simulation.ts'
import type { Setup } from '../../src/testing/host/stage.ts'
import type { Watcher } from '../../src/testing/host/watcher.ts'
import { invariants } from '../../src/testing/invariants/index.ts'
import { leftBehind, wrongWith } from './checks.ts'
import { Clients, codeOf, OVER } from './clients.ts'
import { employ, JOBS, keptIn } from './company.ts'
import { operate } from './operator.ts'
import { asAny, WORKFLOWS } from './plans.ts'
import { QUEUED } from './queueing.ts'
import { Reader } from './reader.ts'
import { drawAct, type Act, type ActName } from './acts.ts'
import { SagaClient, sagaStaff } from './sagas.ts'
import { drawWorld, type End, type World } from './world.ts'

export interface Campaign {
  readonly seed: number
  /** One number for everything that happened. */
  readonly trace: number
  readonly lives: number
  readonly crashes: number
  /** Virtual milliseconds. */
  readonly simulated: number
  readonly records: number
  readonly steps: number
  /** What did not hold, in the order in which it was seen: the first, or all of it. */
  readonly broken: readonly PromiseBroken[]
}

export interface CampaignOptions {
  /** Goes on after the first broken promise, as far as it comes. */
  readonly collect?: boolean
  /** Who looks on beside the invariants. */
  readonly watchers?: readonly Watcher[]
  /** The act that is played, or none. Default: as it is drawn. */
  readonly act?: ActName | 'none' | undefined
}

/** Plays it again. */
export const replayCommand = (seed: number): string => `npm run soak -- --seed ${seed} --runs 1`

/** Many times what a campaign takes that comes to its end. */
const STEPS = 20_000
const LAST: End = { crash: undefined, close: undefined, kill: undefined, back: 0, knows: 'mine' }

/** Does not go on for ever; and where all is collected, does not stop at what is broken. */
class Watched extends Simulation {
  readonly collect: boolean
  readonly found: PromiseBroken[] = []

  constructor(options: ConstructorParameters<typeof Simulation>[0] & { collect: boolean }) {
    super(options)
    this.collect = options.collect
  }

  override break(promise: number | string, detail: string): void {
    this.found.push(new PromiseBroken(promise, detail))
    if (!this.collect) super.break(promise, detail)
  }

  /** What leaves the loop would have ended the process. */
  override step(): boolean {
    if (this.steps > STEPS) throw new Stuck('this campaign does not come to an end')
    try {
      return super.step()
    } catch (error) {
      if (error instanceof Stuck || error instanceof PromiseBroken) throw error
      this.break(11, `the process would have ended: ${String(error)}`)
      return true
    }
  }
}

/** Plays it to its end, or to the first promise that is broken. */
export async function campaign(
  seed: number,
  { collect = false, watchers = [], act: wanted }: CampaignOptions = {},
): Promise<Campaign> {
  const world = drawWorld(seed)
  // It keeps what it saw: of its own for each campaign.
  const act = drawAct(new Dice(Math.imul(seed, 0x9e3779b9) ^ 0xac75), wanted)
  let crashes = 0
  let knows: End['knows'] = 'mine'
  const simulation = new Watched({
    seed,
    collect,
    limits: { ...world.limits, ...act?.limits },
    setup: life => setupOf(world, act, life, knows),
    watchers: [...invariants(), { crashed: () => void crashes++ }, ...parking(world, seed), ...watchers],
  })
  const start = simulation.clock.now()
  const clients = new Clients(world, start)
  const reader = new Reader(clients)
  const plays: Play[] = [
    ...(world.saga === null ? [] : [new SagaClient(world.saga)]),
    ...(act === null ? [] : [act]),
  ]
  let simulated = 0
  try {
    for (const end of [...world.ends, LAST]) {
      const began = simulation.clock.now() - end.back
      simulation.clock.set(began)
      ;({ knows } = end)
      await live(simulation, end, { clients, reader, plays })
      simulated += simulation.clock.now() - began
    }
    for (const order of world.orders) {
      const { outcome } = clients.memories.get(order.name) ?? {}
      const wrong = outcome === undefined ? 'never ended' : wrongWith(order, outcome)
      if (wrong !== null) simulation.break('outcome', `${order.name}: ${wrong}`)
    }
    for (const play of plays)
      if (!play.isOver) simulation.break('outcome', `${play.constructor.name} never came to its end`)
  } catch (error) {
    if (!(error instanceof PromiseBroken)) simulation.found.push(whatEnded(error))
  }
  const { trace, lives, position: records, steps, found: broken } = simulation
  return { seed, trace, lives, crashes, simulated, records, steps, broken }
}

/** Who acts from outside. */
interface People {
  readonly clients: Clients
  readonly reader: Reader
  readonly plays: readonly Play[]
}

/** What is played beside all other work. */
type Play = Pick<Act, 'live' | 'isOver'>

/** One process life, to the end that was drawn for it or to that of all work. */
async function live(simulation: Watched, end: End, { clients, reader, plays }: People): Promise<void> {
  try {
    const life = await simulation.boot(end.crash)
    operate(life)
    reader.follow(life)
    const asking = end.knows === 'mine' ? plays.map(play => play.live(life)) : []
    const living = Promise.all([clients.live(life, end.knows), ...asking])
    const leaving = end.close ?? end.kill
    if (leaving !== undefined) await simulation.pass(life, leaving.after)
    if (end.close !== undefined) {
      await life.until(life.runtime.close({ drain: end.close.drain }))
      // What handlers still do, though nobody listens.
      await simulation.pass(life, 60)
    }
    if (leaving !== undefined) return
    await life.until(living)
    await simulation.drain(life)
    const left = life.isUp && end === LAST ? leftBehind(life, clients.forgetful) : null
    if (left !== null) simulation.break('outcome', left)
  } catch (error) {
    const stopped = end.crash?.point === 'refused' && OVER.has(codeOf(error))
    if (!stopped && !(error instanceof Crashed)) throw error
  } finally {
    simulation.kill()
  }
}

function setupOf(
  { members, orders, queueing, saga }: World,
  act: Act | null,
  life: Life,
  knows: End['knows'],
): Setup {
  const used = orders.flatMap(order => (order.kind === 'workflow' ? [order.index] : []))
  const declared = WORKFLOWS.filter((_, index) => used.includes(index))
  return {
    ...act?.setup?.(life),
    tasks: [...JOBS, ...(queueing === null ? [] : QUEUED), keptIn(life)],
    queues: queueing?.queues[life.number % 2] ?? [],
    roles: queueing?.roles ?? {},
    agents: [
      ...members.map(member => employ(member, life)),
      ...(saga === null ? [] : sagaStaff(saga, life)),
      ...(act?.agents(life) ?? []),
    ],
    workflows: [
      ...(knows === 'none' ? [] : declared.map(both => asAny(both[knows]))),
      ...(saga === null || knows !== 'mine' ? [] : [saga.definition]),
    ],
  }
}

/** Idle actors leave memory at any moment, and nobody can tell. */
function parking(world: World, seed: number): Watcher[] {
  if (world.parking === 0) return []
  const dice = new Dice(~seed)
  return [
    {
      between: life => {
        if (life.isUp && dice.chance(world.parking)) life.runtime.actors.park(() => dice.chance(0.5))
      },
    },
  ]
}

function whatEnded(error: unknown): PromiseBroken {
  // Nobody needs to look for that: the simulation itself finds a waiter without a waker.
  if (error instanceof Stuck) return new PromiseBroken(9, error.message)
  return new PromiseBroken('error', error instanceof Error ? (error.stack ?? error.message) : String(error))
}
