/**
 * Which machines can be durable: what one of a user's declares is looked at once, when it is registered, and what no restart could
 * bring back is refused with its place. It runs none of the machine's code.
 */
import type { AnyStateMachine } from 'xstate'
import { StatorError } from '../errors.ts'
import { toJson } from '../messages/json.ts'
import { taskOf } from './from-task.ts'
import { placesOf, type Declared, type Invoke, type Place } from './own-machine-places.ts'
import type { AnyTask } from './task.ts'

/** Deeper than any message may be: what a context holds came in messages. */
export const CONTEXT_DEPTH = 64

/** Actions that are pure, or whose effect the hub takes over. A log goes nowhere: the journal says more. */
export const DURABLE_ACTIONS: ReadonlySet<string> = new Set([
  'xstate.assign',
  'xstate.raise',
  'xstate.cancel',
  'xstate.enqueueActions',
  'xstate.log',
])

const NEXT: Readonly<Record<string, string>> = {
  'xstate.emit': 'nobody can listen to it after a restart: read the signals of the run instead',
  'xstate.sendTo': 'there is no actor to send to: invoke a task, or raise an event',
  'xstate.spawnChild': 'invoke a task in the state that needs it',
  'xstate.stopChild': 'leave the state that invokes it: that cancels its task',
}
const FUNCTION = 'do it in a task that the state invokes: it is recorded, tried again, and not repeated'

/** The task of each invoke, by the name of its source; and the word for each invoke in the addresses of its tasks. */
export interface Sources {
  readonly tasks: ReadonlyMap<string, AnyTask>
  readonly words: ReadonlyMap<string, string>
}

/** @throws StatorError MACHINE_NOT_DURABLE with machine, state, place, what stands there, and what to do instead */
export function checkMachine(machine: AnyStateMachine): Sources {
  const places = placesOf(machine)
  const refuse = ({ state, place }: Place, what: string, instead: string): never => {
    throw new StatorError('MACHINE_NOT_DURABLE', { machine: machine.id, state, place, what, instead })
  }
  checkContext(machine, refuse)
  const { actions, guards, delays } = machine.implementations
  for (const each of places.delays)
    if (!(each.delay in delays))
      refuse(each, `delay ${each.delay}, which is nowhere implemented`, 'implement it in setup()')
  for (const each of places.actions) {
    const fault = actionFault(each.action, actions as Named, delays)
    if (fault !== undefined) refuse(each, ...fault)
  }
  for (const each of places.guards) {
    const missing = missingGuard(each.guard, guards as Named)
    if (missing !== undefined)
      refuse(each, `guard ${missing}, which is nowhere implemented`, 'implement it in setup()')
  }
  for (const each of places.invokes) {
    const fault = invokeFault(each, machine)
    if (fault !== undefined) refuse(each, ...fault)
  }
  return {
    tasks: new Map(places.invokes.map(({ src, logic }) => [src, taskOf(logic) as AnyTask])),
    words: wordsFor(places.invokes, refuse),
  }
}

type Named = Readonly<Record<string, unknown>>
type Refuse = (place: Place, what: string, instead: string) => never
type Fault = readonly [what: string, instead: string]

/** A first context that is no function is looked at now; what a function makes, when it runs. */
function checkContext(machine: AnyStateMachine, refuse: Refuse): void {
  const { context } = machine.config as { context?: unknown }
  if (context === undefined || typeof context === 'function') return
  try {
    toJson(context, CONTEXT_DEPTH)
  } catch (error) {
    const { details = {} } = error as { details?: { path?: string } }
    const what = `context that is no JSON, at ${details.path ?? '$'}`
    refuse({ state: '(root)', place: 'context' }, what, 'keep texts, numbers, lists and plain objects')
  }
}

function actionFault(action: Declared, named: Named, delays: Named): Fault | undefined {
  const isCode = typeof action === 'function'
  const name = isCode ? undefined : typeof action === 'string' ? action : action.type
  const code = name === undefined ? action : named[name]
  const said = name === undefined ? '' : `${name}, `
  if (code === undefined) return [`action ${said}which is nowhere implemented`, 'implement it in setup()']
  const builtin = code as { readonly type?: string; readonly resolve?: unknown; readonly delay?: unknown }
  if (typeof code !== 'function' || builtin.resolve === undefined)
    return [`action ${said}a function of one's own`, FUNCTION]
  const type = builtin.type ?? ''
  if (!DURABLE_ACTIONS.has(type))
    return [`action ${said}${type.replace('xstate.', '')}`, NEXT[type] ?? FUNCTION]
  const { delay } = builtin
  return typeof delay === 'string' && !(delay in delays)
    ? [`delay ${delay}, which is nowhere implemented`, 'implement it in setup()']
    : undefined
}

/** The name of a guard that is not there; of and(), or() and not() also those in them. */
function missingGuard(guard: Declared, named: Named): string | undefined {
  if (typeof guard !== 'function') {
    const name = typeof guard === 'string' ? guard : guard.type
    const code = named[name]
    return code === undefined ? name : missingGuard(code as Declared, named)
  }
  for (const inner of (guard as { guards?: readonly Declared[] }).guards ?? []) {
    const missing = missingGuard(inner, named)
    if (missing !== undefined) return missing
  }
  return undefined
}

function invokeFault({ src, logic, config }: Invoke, machine: AnyStateMachine): Fault | undefined {
  if (logic === undefined)
    return [`source ${src}, which is nowhere implemented`, 'give setup({ actors }) a fromTask()']
  if (taskOf(logic) === undefined) return [`source ${src}, which is no task`, 'invoke fromTask(task)']
  if (config.systemId !== undefined) return ['a systemId', 'leave it out: a task has an address']
  if (config.onSnapshot !== undefined) return ['onSnapshot', 'leave it out: a task tells how it ends']
  return isFound(src, machine)
    ? undefined
    : [`a source given in place, in a state whose id has dots`, 'name it in setup({ actors })']
}

/** XState finds a source that was given in place by the id of its state, taken apart at its dots. */
function isFound(src: string, machine: AnyStateMachine): boolean {
  const [, id] = /^xstate\.invoke\.\d+\.(.*)$/.exec(src) ?? []
  if (id === undefined) return true
  try {
    return machine.getStateNodeById(id).id === id
  } catch {
    return false
  }
}

/** Part of an address: an id of XState's own making has brackets where a machine has no id. */
function wordsFor(invokes: readonly Invoke[], refuse: Refuse): Map<string, string> {
  const words = new Map<string, string>()
  const taken = new Map<string, string>()
  for (const invoke of invokes) {
    const word = invoke.id.replace(/[^A-Za-z0-9._:@-]/g, '').replace(/^[^A-Za-z0-9]+/, '')
    if (word === '' || word.length > 200 || (taken.get(word) ?? invoke.id) !== invoke.id)
      refuse(
        invoke,
        `the id ${invoke.id}`,
        'give the invoke an id of 1 to 200 letters and digits that no other has',
      )
    taken.set(word, invoke.id)
    words.set(invoke.id, word)
  }
  return words
}
