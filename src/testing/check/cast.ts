/** Cast: the agents of one simulated process: those that play effects, or a user's own with the world around them. */
import { agent, AgentDefinition, type Handler } from '../../actors/agent.ts'
import { checkAgent } from '../../actors/shapes.ts'
import type { AnyTask, TaskDefinition } from '../../actors/task.ts'
import { StatorError } from '../../errors.ts'
import type { Life } from '../host/life.ts'
import type { World } from '../world/world.ts'
import type { Actors } from './case.ts'
import type { Check } from './options.ts'

export function castOf(check: Check, actors: Actors, world: World, life: Life): AgentDefinition[] {
  return check.agents === undefined
    ? players(check.tasks, actors, world, life)
    : own(
        check.agents({
          call: async <T>(effect: string, input: unknown, key: string) =>
            world.call(effect, input, key, life) as Promise<T>,
          wait: async ms => life.wait(ms),
          now: () => life.clock.now(),
        }),
      ).map(definition => watched(definition, life))
}

/** @throws StatorError CHECK_INVALID for what no process could be started with */
function own(agents: unknown): AgentDefinition[] {
  const reason = 'it returns a list of agents, as agent() makes them, and is no async function'
  if (!Array.isArray(agents)) throw new StatorError('CHECK_INVALID', { option: 'agents', reason })
  return agents.map(checkAgent)
}

/** Agents that do nothing but ask the world: as many of each role as there are to be. */
function players(tasks: readonly AnyTask[], actors: Actors, world: World, life: Life): AgentDefinition[] {
  const roles = [...new Set(tasks.map(({ spec }) => spec.role))]
  let plain = 'agent'
  // There may be a role of that name.
  while (roles.includes(plain)) plain += '-'
  return roles.flatMap(role =>
    Array.from({ length: actors.agents }, (_, index) => {
      const options = { capacity: actors.capacity, ...(role === undefined ? {} : { role }) }
      let player = agent(`${role ?? plain}-${index + 1}`, options)
      for (const task of tasks.filter(({ spec }) => spec.role === role))
        player = player.handle(
          task as TaskDefinition,
          life.handler((input, ctx) => world.call(task.name, input, ctx.idempotencyKey, life)),
        )
      return player
    }),
  )
}

/** The same agent, seen by the ledger, and silent once its process is dead. */
function watched(definition: AgentDefinition, life: Life): AgentDefinition {
  const { id, role, skills, capacity, warmUp } = definition
  const handlers = new Map(
    [...definition.handlers].map(([name, { task, run }]) => [
      name,
      { task, run: life.handler((input: never, ctx) => run(input, ctx)) as Handler<never, unknown> },
    ]),
  )
  const options = {
    skills,
    capacity,
    ...(role === undefined ? {} : { role }),
    ...(warmUp === undefined ? {} : { warmUp }),
  }
  return new AgentDefinition(id, options, handlers)
}
