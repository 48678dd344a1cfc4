/**
 * Invariant 12: what a run did is undone, or stays, as a whole. Each undoing is held against what the records say was done before it, and
 * each end against what is left. The machine that decides it is not looked at.
 */
import type { Signal } from '../../messages/signal.ts'
import { besideWithin } from './flow-places.ts'
import type { Deed, FlowRun, FlowRuns } from './flow-runs.ts'
import type { Invariant } from './invariant.ts'
import { reading } from './reading.ts'
import type { Move } from './shade.ts'

export const saga: Invariant = {
  number: 12,
  promise:
    'A saga ends committed, compensated, or held for an operator; only steps that ran or may have run are compensated, in reverse dependency order; after the pivot, none.',
  watch: reading(({ books: { flows } }) => ({
    moved: (move, { simulation }) => {
      if (!move.known || move.signal.refused !== null) return
      const wrong = undoFault(move, flows) ?? standFault(move, flows)
      if (wrong !== undefined)
        simulation.break(12, `signal ${move.signal.seq}, ${move.signal.type} to ${move.signal.to}: ${wrong}`)
    },
  })),
}

/** Somebody is asked to undo something. */
function undoFault({ signal, isNew }: Move, flows: FlowRuns): string | undefined {
  const { to, type, data } = signal
  if (type === 'workflow.compensate') {
    const known = flows.deeds.get(to)
    return known === undefined ? 'nobody started it' : deedFault(known.run, known.deed)
  }
  const {
    parent,
    step,
    visit = 1,
    item = null,
    undo,
    task,
  } = (data ?? {}) as Readonly<Record<string, unknown>>
  if (type !== 'task.create' || !isNew || undo !== true) return undefined
  const run = flows.runs.get(parent as FlowRun['address'])
  if (run === undefined) return undefined
  const { node } = run.places.get(step as number) ?? {}
  const work = node?.kind === 'map' ? node.each : node
  if (work?.kind !== 'step' || work.undo?.task !== task) return `${String(task)} undoes no such step`
  const deed = run.deeds.find(one => one.step === step && one.visit === visit && one.item === item)
  if (deed === undefined) return `it undoes what was never begun`
  return deedFault(run, deed) ?? toldFault(signal, deed)
}

function deedFault(run: FlowRun, deed: Deed): string | undefined {
  const what = nameOf(run, deed)
  if (run.pivotSeq > 0) return `undoes ${what} after the pivot`
  // Of one that is paused its state does not say in which direction it goes.
  if (run.stopped === 0 && run.state !== 'paused') return `undoes ${what}, and the run goes forward`
  if (!mayHaveRun(deed)) return `undoes ${what}, which never ran`
  if (deed.undoing !== null) return `undoes ${what} once more: that is ${deed.undoing.state}`
  const open = run.deeds.find(other => other.endedSeq === 0)
  if (open !== undefined) return `undoes ${what}, and ${nameOf(run, open)} is not over`
  const early = run.deeds.find(
    other => other !== deed && comesAfter(run, other, deed) && mustBeUndone(run, other),
  )
  return early === undefined ? undefined : `undoes ${what} before ${nameOf(run, early)}, which came after it`
}

/** It is told what came of what it undoes: nothing where that is not known. */
function toldFault({ data }: Signal, { state }: Deed): string | undefined {
  const { input } = data as { readonly input: { readonly output?: unknown } }
  const knows = input.output !== undefined
  return knows === (state === 'completed')
    ? undefined
    : `is told ${knows ? 'an output' : 'no output'} of what ${state}`
}

const mayHaveRun = ({ ran, endedSeq }: Deed): boolean => ran && endedSeq > 0

/** Is there still something of it to be undone? */
function mustBeUndone(run: FlowRun, deed: Deed): boolean {
  const { node } = run.places.get(deed.step) ?? {}
  const work = node?.kind === 'map' ? node.each : node
  const isUndoable = work?.kind === 'step' ? work.undo !== undefined : work?.kind === 'workflow'
  return isUndoable && mayHaveRun(deed) && deed.undoing?.state !== 'done'
}

/** It began when the other had ended, and not because one of two that run beside each other was slower. */
function comesAfter(run: FlowRun, late: Deed, early: Deed): boolean {
  if (late.seq < early.endedSeq) return false
  const [place, other] = [run.places.get(late.step), run.places.get(early.step)]
  if (place === undefined || other === undefined) return false
  const isNext = (loop: { readonly step: number }): boolean =>
    (run.rounds.get(loop.step) ?? []).some(seq => seq > early.endedSeq && seq < late.seq)
  const loops = place.levels.flatMap(({ of }) => (of?.kind === 'loop' ? [of] : []))
  if (late.step === early.step && late.item !== null) return loops.some(isNext)
  const around = besideWithin(place, other)
  return around === undefined || around.some(isNext)
}

/** Where the run stands after it. */
function standFault({ signal }: Move, { runs }: FlowRuns): string | undefined {
  const run = runs.get(signal.to)
  if (run === undefined || signal.toState === signal.fromState) return undefined
  const { toState: state, final } = signal
  const undoings = run.deeds.filter(({ undoing }) => undoing !== null)
  if (state === 'compensating' && run.pivotSeq > 0) return 'goes back after the pivot'
  if (state === 'failing' && run.pivotSeq > 0) return 'fails after the pivot, instead of being held'
  if (state === 'held' && run.pivotSeq === 0 && undoings.length === 0) return 'is held for nothing'
  // Nobody promised anything of a run that is ended as it stands.
  if (!final || state === 'terminated') return undefined
  const left = run.deeds.filter(deed => mustBeUndone(run, deed) && !isGivenUp(run, deed, signal))
  const names = left.map(deed => nameOf(run, deed)).join(', ')
  if (state === 'compensated') return left.length === 0 ? undefined : `${names} is not undone`
  if (undoings.length > 0) return `${String(state)}, though something was undone`
  if (state === 'completed' || run.pivotSeq > 0)
    return state === 'failed' ? 'fails after the pivot' : undefined
  const spares = state === 'cancelled' && !compensates(run, signal)
  return left.length === 0 || spares ? undefined : `${String(state)}, and ${names} is not undone`
}

/** An operator says that it need not be undone any more. */
function isGivenUp(run: FlowRun, { undoing, step }: Deed, { type, data }: Signal): boolean {
  if (undoing?.state !== 'failed' || (type !== 'step.skip' && type !== 'step.finish')) return false
  const { step: name } = data as { readonly step: string }
  const meant = [...run.places.values()].find(({ node }) => node.name === name)
  return meant !== undefined && meant.owner === run.places.get(step)?.owner
}

function compensates(run: FlowRun, { type, data }: Signal): boolean {
  if (type !== 'workflow.cancel') return run.calledOff?.compensate ?? true
  return (data as { readonly compensate?: boolean } | null)?.compensate ?? true
}

const nameOf = ({ places }: FlowRun, { step, visit, item }: Deed): string =>
  `${places.get(step)?.node.name ?? step}${visit > 1 ? `, visit ${visit}` : ''}${item === null ? '' : `, item ${item}`}`
