/** Letters: what is said, checked and made into what a task is created with. It sends nothing. */
import { specOf } from '../../actors/create.ts'
import { parse, type Schema } from '../../actors/schema.ts'
import type { Recipient } from '../../actors/mail-calls.ts'
import { checkTask } from '../../actors/shapes.ts'
import type { AnyTask } from '../../actors/task.ts'
import { StatorError } from '../../errors.ts'
import { checkName, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Population } from '../population.ts'
import type { Registry } from '../registry.ts'

export interface LettersParts {
  readonly registry: Registry
  readonly population: Population
  readonly admit: (value: unknown) => Json
}

/** What is said, whoever it goes to. */
export type Letter = Omit<TaskCreate, 'role' | 'skills' | 'queue'>

/**
 * The definition that is registered by its name decides: its schema checks what is said, its policies hold. An answer that is kept is one;
 * what is told is to be handled.
 */
export function letterOf(
  { registry, admit }: LettersParts,
  task: unknown,
  data: unknown,
  asks: boolean,
): Letter {
  const given = checkTask(task, 'what is said')
  const known = registry.task(given.name) ?? given
  const raw = admit(data)
  const read = parse(
    known.input as Schema,
    data === undefined ? undefined : raw,
    'INPUT_INVALID',
    `input of task ${known.name}`,
  )
  const {
    role: _,
    skills: _skills,
    queue: _queue,
    ...letter
  } = specOf(known as AnyTask, admit(read), asks ? 'use' : 'bypass')
  return letter
}

/** @throws StatorError ADDRESS_INVALID, AGENT_UNKNOWN, TASK_UNHANDLED: it is here, and has no code for that */
export function recipientOf({ registry, population }: LettersParts, to: Recipient, task: string): Address {
  const id = checkName(typeof to === 'object' && to !== null ? to.id : to, 'agent id')
  const address: Address = `agent/${id}`
  const here = registry.agent(id)
  if (here === undefined && !population.lives(address)) throw new StatorError('AGENT_UNKNOWN', { agent: id })
  if (here !== undefined && !here.handlers.has(task))
    throw new StatorError('TASK_UNHANDLED', { task, agent: id })
  return address
}
