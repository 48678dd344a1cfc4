/**
 * Invariant 4: no illegal transition. Each record is held against what the shadow must be, what the lifecycles let it do, and
 * what its policies and its plan say. It looks at records alone.
 */
import { HUB, kindOf } from '../../messages/address.ts'
import { isMigration } from '../../runtime/migration.ts'
import { contextFaults, leftBehind } from './contexts.ts'
import { dependencyFaults } from './dependencies.ts'
import { familyFaults } from './families.ts'
import { flowFaults } from './flows.ts'
import { gateFaults } from './gates.ts'
import type { Invariant } from './invariant.ts'
import { isFinal, isMove } from './lifecycles.ts'
import { occasionFaults } from './occasions.ts'
import { planFaults } from './plans.ts'
import { agentGoes } from './helpers-go.ts'
import { mustRefuse, taskGoes, unsaid } from './policies.ts'
import { reading } from './reading.ts'
import { scheduleFaults } from './schedules.ts'
import { isOwn, type Move, type Shade } from './shade.ts'
import type { Shadow } from './shadow.ts'
import { startFaults } from './starts.ts'

export const legal: Invariant = {
  number: 4,
  promise: 'No illegal transition; an event that is not allowed is a recorded refusal.',
  watch: reading(shadow => ({
    moved: (move, { simulation }) => {
      if (!move.known) return
      const wrong =
        refusalFault(move) ??
        stateFault(move) ??
        lifecycleFault(move) ??
        policyFault(move, shadow) ??
        startFaults(move, shadow) ??
        planFaults(move, shadow) ??
        flowFaults(move, shadow) ??
        dependencyFaults(move, shadow) ??
        familyFaults(move, shadow) ??
        scheduleFaults(move, shadow) ??
        gateFaults(move, shadow) ??
        contextFaults(move, shadow) ??
        occasionFaults(move, shadow)
      if (wrong !== undefined)
        simulation.break(4, `signal ${move.signal.seq}, ${move.signal.type} to ${move.signal.to}: ${wrong}`)
    },
    between: life => {
      const left = shadow.isQuiet(life) ? leftBehind(shadow) : undefined
      if (left !== undefined) life.simulation.break(4, `${left} lives on, and what it belongs to does not`)
    },
  })),
}

/** Refused exactly when its machine does not take it, with the reason and what it would have taken. */
function refusalFault({ signal, refusal, allowed, wasHeld }: Move): string | undefined {
  const { refused } = signal
  if (wasHeld && refusal !== 'HOPS_EXCEEDED') return 'delivered to an actor that is held'
  if ((refused?.code ?? null) !== refusal)
    return `${refused === null ? 'taken' : `refused with ${refused.code}`} instead of ${refusal ?? 'taken'}`
  if (refused !== null && refused.allowed.join() !== allowed.join())
    return `refused as if it took ${refused.allowed.join(', ')} and not ${allowed.join(', ')}`
  return undefined
}

function stateFault({ signal, from, to, name, final }: Move): string | undefined {
  const { fromState, toState } = signal
  if (toState !== to) return `recorded in ${toState ?? 'no state'} instead of ${to ?? 'none'}`
  if (fromState !== from) return `recorded from ${fromState ?? 'no state'} instead of ${from ?? 'none'}`
  if (signal.refused !== null) return signal.final ? 'refused, and ended by it' : undefined
  if (signal.final !== final) return final ? 'it has ended, and is not final' : 'final, and has not ended'
  return signal.name === name ? undefined : `called ${signal.name} instead of ${name}`
}

function lifecycleFault({ signal, actor }: Move): string | undefined {
  const { to, type, fromState, toState, refused, final } = signal
  if ((to === HUB && type === 'hub.release') || isMigration(signal)) return undefined
  const kind = lifecycleOf(actor) ?? kindOf(to)
  if (refused !== null) {
    const moved = refused.code !== 'STALE_TIMER' && fromState !== null && fromState !== toState
    return moved ? `moved from ${fromState} to ${String(toState)} by a refusal` : undefined
  }
  if (!isMove(kind, fromState, type, toState ?? ''))
    return `no ${kind} moves from ${fromState ?? 'nothing'} to ${String(toState)} by it`
  return kind !== 'system' && final !== isFinal(kind, toState ?? '')
    ? `${String(toState)} is ${final ? 'no' : 'an'} end`
    : undefined
}

/** Of a run, by what runs. */
function lifecycleOf(actor: Shade | undefined): string | undefined {
  if (actor === undefined) return undefined
  if (isOwn(actor)) return 'own'
  return actor.kind.flow === undefined ? undefined : 'compiled'
}

function policyFault({ signal, refusal, commands }: Move, { books }: Shadow): string | undefined {
  const { to, toState, refused } = signal
  const isTask = to.startsWith('task/')
  if (isTask && refused === null && mustRefuse(books.works.get(to), signal) === true)
    return 'taken, and not of the attempt that runs'
  if (isTask && refusal === 'STALE_ATTEMPT' && mustRefuse(books.works.get(to), signal) === false)
    return 'refused, and of the attempt that runs'
  if (refused !== null) return undefined
  const goes = isTask
    ? taskGoes(books.works.get(to), signal)
    : to.startsWith('agent/')
      ? agentGoes(books.helpers.get(to), signal)
      : undefined
  if (goes !== undefined && goes !== toState) return `goes to ${String(toState)} instead of ${goes}`
  return isTask ? unsaid(books.works.get(to), signal, commands) : undefined
}
