/**
 * Handled: is the code behind a task one whose doings are in the ledger, and is what it returned what was recorded? It runs no
 * handler; an output passes its schema once more.
 */
import type { AgentDefinition } from '../../actors/agent.ts'
import { parse } from '../../actors/schema.ts'
import { idOf, type Address } from '../../messages/address.ts'
import { toJson, type Json } from '../../messages/json.ts'
import { isOverheard, NOT_JSON, type Life } from '../host/life.ts'
import { registryOf } from './definitions.ts'
import { Past } from './past.ts'

type Bound = AgentDefinition['handlers'] extends ReadonlyMap<string, infer B> ? B : never

/** Does this agent, as the process was set up, do that task with code that is overheard? */
export function isHandled(life: Life, agent: string, task: string): boolean {
  const bound = boundTo(life, agent, task)
  return bound !== undefined && isOverheard(bound.run)
}

/** What the handler returned, as it is or as its schema makes it. */
export function sameOutput(
  life: Life,
  agent: string,
  task: string,
  returned: Json,
  recorded: unknown,
): boolean {
  const text = JSON.stringify(recorded)
  if (returned === NOT_JSON || JSON.stringify(returned) === text) return true
  const bound = boundTo(life, agent, task)
  if (bound === undefined) return true
  try {
    const made = parse(bound.task.output, returned, 'OUTPUT_INVALID', task)
    return JSON.stringify(toJson(made, 1_000)) === text
  } catch {
    return false
  }
}

function boundTo(life: Life, agent: string, task: string): Bound | undefined {
  const past = Past.of(life.simulation)
  const created = past.signal(past.standing.get(task)?.createdSeq ?? 0)
  const name = (created?.data as { task?: string } | null | undefined)?.task ?? ''
  return registryOf(life.simulation.setup(life))
    .agent(idOf(agent as Address))
    ?.handlers.get(name)
}
