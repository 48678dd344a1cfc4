/** Workflows by hand: flows to try, and what runs of them are told. Nothing is run here. */
import type { Command } from '../../src/messages/command.ts'
import type { Flow, FlowNode } from '../../src/messages/flow.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { signal } from './drive.ts'

export const flow = (body: readonly FlowNode[], more: Partial<Flow> = {}): Flow => ({
  body: [...body],
  lanes: [],
  onFailure: 'continue',
  signals: [],
  ...more,
})
export const step = (name: string, index: number, more: object = {}): FlowNode =>
  ({ kind: 'step', name, step: index, task: 't', ...more }) as FlowNode
export const undo = { undo: { task: 'u' } }
export const told = (type: string, data: object, more: Partial<Signal> = {}): Signal =>
  signal(type, data, { to: 'workflow/run', seq: 9, causationId: 8, ...more })
export const begin = (more: object = {}): Signal =>
  told('workflow.start', { workflow: 'w', version: '1', hash: 'h', input: null, ...more })
export const word =
  (status: string) =>
  (index: number, more: object = {}): Signal =>
    told('step.done', { step: index, visit: 1, status, ...more })
export const done = word('completed')
export const failed = (index: number, more: object = {}): Signal =>
  word('failed')(index, { ran: true, error: { name: 'E', message: 'm', code: 'C' }, ...more })
export const undone = (index: number, more: object = {}): Signal => done(index, { undo: true, ...more })
export const decided = (index: number, more: object): Signal =>
  told('flow.decided', { step: index, visit: 1, ...more })
export const fault = (index: number): Signal =>
  told('fault', { step: index, visit: 1, error: { name: 'E', message: 'm', code: 'MAPPER_FAILED' } })
export const says = (name: string): Signal => told('workflow.signal', { name, data: null })
export const cancel = (data: object = {}): Signal => told('workflow.cancel', data)
export const decide = (type: string, name: string): Signal =>
  told(`step.${type}`, { step: name, reason: 'so be it' })
export const timer = (id: string): Signal => ({ ...told('hub.timer', {}), type: id })
export const below = { parent: 'workflow/top', step: 4, visit: 1 }

export interface Row {
  readonly promise: string
  readonly flow: Flow
  /** After the start. */
  readonly given: readonly Signal[]
  readonly when: Signal
  /** Absent where it is refused. */
  readonly to?: string
  readonly says?: readonly string[]
  readonly begun?: object
}

export const wordOf = (command: Command): string => {
  if (command.type === 'send') return `${command.event} ${command.to}`
  return 'id' in command ? `${command.type} ${command.id}` : command.type
}

export const two = flow([step('a', 0, undo), step('b', 1)])
export const beside = (onFailure: Flow['onFailure']): Flow =>
  flow([{ kind: 'parallel', name: 'p', body: [step('a', 0, undo), step('b', 1)] }, step('c', 2)], {
    onFailure,
  })
export const past = flow([step('a', 0, { ...undo, pivot: true }), step('b', 1)])
export const cases = flow([
  {
    kind: 'branch',
    name: 'c',
    step: 0,
    cases: [
      { name: 'x', when: 'code', body: [step('a', 1)] },
      { name: 'y', body: [step('b', 2)] },
    ],
  },
])
export const loop = flow([
  { kind: 'loop', name: 'l', step: 0, while: 'code', max: 1, body: [step('a', 1, undo)] },
  step('b', 2),
])
export const each = (more: object = {}, rest: Partial<Flow> = {}): Flow =>
  flow([{ kind: 'map', name: 'm', step: 0, each: step('m', 0, undo), ...more } as FlowNode], rest)
export const list = decided(0, { list: [1, 2, 3] })
export const waits = (more: object): Flow =>
  flow([{ kind: 'wait', name: 'w', step: 0, ...more } as FlowNode, step('b', 1)], { signals: ['go'] })
export const child = flow([
  { kind: 'workflow', name: 'k', step: 0, workflow: 'kid', version: '1', undoable: true },
  step('b', 1),
])
export const gate = flow([{ kind: 'gate', name: 'g', step: 0 }, step('b', 1)])
export const again = { visit: 2 }
