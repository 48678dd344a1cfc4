/**
 * Invariant 9: nobody waits without somebody who wakes him, at any moment at which the hub rests; and where nothing more is asked
 * for, all comes to its end within what its own timeouts and timers take. It looks at records and at what clients were told.
 */
import type { AgentContext } from '../../machines/agent.ts'
import { rootOf } from '../../messages/address.ts'
import type { Life } from '../host/life.ts'
import type { Said, Wait } from '../host/watcher.ts'
import { untoldFault } from './dependencies.ts'
import { forgottenGate } from './gates.ts'
import type { Invariant } from './invariant.ts'
import { unwantedFault } from './letters.ts'
import { lineOf } from './line.ts'
import { reading } from './reading.ts'
import { lostSchedule } from './schedules.ts'
import { waitsForRoom } from './rooms.ts'
import { sleepFault } from './timers.ts'
import type { Shadow } from './shadow.ts'
import { Allowance } from './allowance.ts'

/** Turns in a row that change nothing, while the hub asks for one more. */
const SPINS = 1_000

export const drain: Invariant = {
  number: 9,
  promise: 'When faults stop, the system drains in bounded virtual time; no waiter without a waker.',
  watch: reading(shadow => {
    const asks = new Set<Said>()
    const waits = new Set<Wait>()
    /** Those of this very moment: promises have not yet said what there is to say. */
    const young = new Set<Said | Wait>()
    const allowance = new Allowance(shadow)
    /** Something has happened since it was last looked. */
    let fresh = true
    /** The disk takes nothing more: everybody must have been told. */
    let halted = false
    let isUp = false
    let spins = 0
    let steps = 0
    const stir = (): void => {
      fresh = true
      spins = 0
    }
    return {
      starting: () => {
        for (const told of [asks, waits, young]) told.clear()
        allowance.begin()
        halted = isUp = false
        stir()
      },
      up: () => {
        isUp = true
      },
      took: ({ batch }) => {
        allowance.took(batch)
        stir()
      },
      crashed: ({ point }) => {
        halted = point === 'refused'
      },
      outside: () => {
        allowance.wrote()
        stir()
      },
      asked: (_what, _life, said) => {
        asks.add(said)
        young.add(said)
        stir()
      },
      acknowledged: (_address, _life, said) => {
        asks.delete(said)
        stir()
      },
      refused: said => {
        asks.delete(said)
        stir()
      },
      waits: wait => {
        waits.add(wait)
        young.add(wait)
        stir()
      },
      answered: wait => {
        waits.delete(wait)
        stir()
      },
      between: life => {
        const { simulation } = life
        if (simulation.steps > steps && simulation.scheduler.size > 0) spins++
        steps = simulation.steps
        if (spins === SPINS) simulation.break(9, `the hub took ${SPINS} turns, and nothing happened`)
        const isOld = (told: Said | Wait): boolean => !young.has(told)
        if (fresh && shadow.isQuiet(life)) {
          fresh = young.size > 0
          const wrong = sleeping(shadow, [...asks].filter(isOld), [...waits].filter(isOld))
          if (wrong !== undefined) simulation.break(9, wrong)
        }
        const left = halted ? [...asks, ...waits].find(isOld) : undefined
        if (left !== undefined)
          simulation.break(9, `the journal failed, and who waits for ${left.what} is not told`)
        young.clear()
      },
      stuck: ({ simulation }) => {
        if (!isUp) simulation.break(9, 'a start never comes to an end')
      },
      drained: life => {
        const wrong =
          shadow.hub === 'running'
            ? (leftFault(life, shadow) ?? idleFault(shadow) ?? allowance.exceeded())
            : undefined
        if (wrong !== undefined) life.simulation.break(9, wrong)
      },
    }
  }),
}

/** Who waits while the hub rests, and should not. */
function sleeping(shadow: Shadow, asks: readonly Said[], waits: readonly Wait[]): string | undefined {
  const { debts, books, strangers } = shadow
  const ask = asks.find(said => !waitsForRoom(said, asks, shadow))
  if (ask !== undefined) return `a client asked for ${ask.what} (${ask.number}), and nobody will answer`
  for (const { id, type, to } of debts.rows.values())
    if (!shadow.isHeld(to) && !strangers.has(to))
      return `row ${id}, ${type} to ${to}, is pending, and nobody will deliver it`
  for (const { task, turn } of books.settled)
    if (!shadow.isHeld(task))
      return `the handler of attempt ${turn} of ${task} has ended, and nobody will tell it`
  return (
    idleFault(shadow) ??
    unwantedFault(shadow) ??
    untoldFault(shadow) ??
    sleepFault(shadow.stage, shadow) ??
    lostWork(shadow) ??
    lostRun(shadow) ??
    lostSchedule(shadow) ??
    forgottenGate(shadow) ??
    lostWait(shadow, waits)
  )
}

/** Somebody waits with an agent and all that it needs, or will have all of it, and nobody will come then. */
function idleFault(shadow: Shadow): string | undefined {
  const { clock } = shadow.stage
  const at = Math.max(clock.now(), shadow.books.desks.at)
  const next = clock.next() ?? Number.POSITIVE_INFINITY
  const { ready, later } = lineOf(shadow, at)
  // A token may have come at this very moment: then who wakes for it is under way.
  const idle = ready.find(({ spec }) => next > clock.now() || !shadow.books.desks.isLimited(spec))
  if (idle !== undefined) return `${idle.address} waits, an agent is free, and nobody will start it`
  const forgotten = later.find(({ from }) => next > from)
  return forgotten === undefined
    ? undefined
    : `${forgotten.work.address} waits, ${forgotten.words}, and nobody wakes for the next one`
}

function lostWork(shadow: Shadow): string | undefined {
  const { works, life } = shadow.books
  for (const { address, attempt, state } of works.values())
    if (state === 'running' && attempt?.life !== life && !shadow.isHeld(address))
      return `${address} runs since an earlier process life, and nobody works on it`
  return undefined
}

function lostRun(shadow: Shadow): string | undefined {
  const { works, runs } = shadow.books
  let living: Set<string | undefined> | undefined
  for (const { address, sort } of shadow.actors.values()) {
    if (sort !== 'workflow' || shadow.isHeld(address) || !runs.has(address)) continue
    living ??= new Set([...works.values()].map(({ spec }) => spec.parent))
    const isAwaited =
      living.has(address) ||
      [...shadow.debts.rows.values()].some(({ to, from }) => to === address || from === address)
    if (!isAwaited) return `${address} is not over, and none of its steps will move`
  }
  return undefined
}

/** A client that waits for an end that is there, or that nobody can know. */
function lostWait(shadow: Shadow, waits: readonly Wait[]): string | undefined {
  const { actors, created, strangers } = shadow
  for (const { what, address } of waits) {
    if (what === 'drain') {
      const { waiting, running } = shadow.books.desks.named(address)
      if (waiting + running > 0 || strangers.size > 0) continue
    }
    // It takes no longer than a turn.
    if (what !== 'outcome' && what !== 'result')
      return `a client asked for ${what} of ${address}, and nobody will answer`
    const actor = actors.get(address)
    if (strangers.has(address)) continue
    if (actor !== undefined) {
      if (shadow.isHeld(address) || actor.state === 'held')
        return `a client waits for the ${what} of ${address}, which is held`
      continue
    }
    // A step that its run has not reached yet.
    if (!created.has(address) && (actors.has(rootOf(address)) || strangers.has(rootOf(address)))) continue
    return `a client waits for the ${what} of ${address}, which ${created.has(address) ? 'has ended' : 'will never be'}`
  }
  return undefined
}

/** What is left where nothing is left to happen. */
function leftFault(life: Life, shadow: Shadow): string | undefined {
  const { actors, books, strangers } = shadow
  for (const { address, state } of books.works.values()) {
    const isMoving = state === 'running' || state === 'retrying' || state === 'scheduled'
    if (isMoving && !shadow.isHeld(address)) return `${address} is left ${state}`
  }
  if (strangers.size > 0) return undefined
  const { inbox, waitingTasks, runningTasks } = life.runtime.status()
  if (inbox > 0) return `${inbox} messages are left in the inbox`
  const waiting = [...books.waiting].filter(({ address }) => !shadow.isHeld(address)).length
  if (waitingTasks !== waiting) return `${waitingTasks} tasks are said to wait, and ${waiting} do`
  let running = 0
  for (const { address, running: tasks } of books.helpers.values()) {
    running += tasks.size
    const told = (actors.get(address)?.standing.context as AgentContext | undefined)?.running
    if (told !== tasks.size) return `${address} was told that it runs ${told} tasks, and runs ${tasks.size}`
  }
  return runningTasks === running ? undefined : `${runningTasks} tasks are said to run, and ${running} do`
}
