/**
 * Operator: somebody who sees what is held or broken and acts a while later, so that nothing waits for ever. It asks for no
 * work and judges nothing.
 */
import type { Address } from '../../src/messages/address.ts'
import type { Life } from '../../src/testing/host/life.ts'
import { codeOf } from './clients.ts'
import { idOf } from './deeds.ts'

/** For one process life. */
export function operate(life: Life): void {
  const attend = (address: Address): void => {
    void attempt(address, life).catch((error: unknown) => {
      const meant = [
        'EVENT_REFUSED',
        'NOT_FOUND',
        'RECIPIENT_UNKNOWN',
        'CLOSED',
        'JOURNAL_FAILED',
        'AGENT_UNKNOWN',
      ]
      if (life.alive && !meant.includes(codeOf(error)))
        life.simulation.break('operator', `${address}: ${String(error)}`)
    })
  }
  life.runtime.signals$.subscribe(({ to, toState, refused, from }) => {
    if (toState === 'held' || toState === 'error' || closed(toState)) attend(to)
    // Held by the hub: the recipient, or the sender of what was too much.
    if (refused?.code === 'MACHINE_FAULT' || refused?.code === 'HOPS_EXCEEDED')
      for (const one of [to, from]) attend(one)
  })
  for (const { address, code } of life.runtime.held())
    if (code !== 'VERSION_MISSING' && code !== 'UPGRADE_REFUSED') attend(address)
  for (const { address, state } of life.runtime.actors.list())
    if (!address.startsWith('agent/') && closed(state)) attend(address)
  for (const { address, state } of life.runtime.agents.list()) if (state === 'error') attend(address)
}

/** Again, as long as there is no room. */
async function attempt(address: Address, life: Life): Promise<void> {
  try {
    await act(address, life)
  } catch (error) {
    if (codeOf(error) !== 'HUB_BUSY') throw error
    await attempt(address, life)
  }
}

async function act(address: Address, life: Life): Promise<void> {
  const { dice } = life.simulation
  await life.wait(5 + dice.below(40))
  const { runtime } = life
  if (address.startsWith('queue/')) return resume(idOf(address), life)
  if (address.startsWith('agent/')) return runtime.agents.resume(idOf(address))
  if (address.startsWith('workflow/') && isPaused(address, life)) return goOn(address, life)
  const held = runtime.held().find(one => one.address === address)
  // What waits for a decision about a step is somebody else's.
  if (held === undefined || held.code === 'STEP_HELD' || held.code === 'COMPENSATION_HELD') return
  if (held.code === 'INTERRUPTED' && dice.chance(0.4))
    await runtime.send({ type: 'task.fail', to: address, data: { reason: 'the operator says so' } })
  else await runtime.release(address)
}

const closed = (state: string | null): boolean => state === 'paused' || state === 'draining'

const isPaused = (address: Address, { runtime }: Life): boolean =>
  closed(runtime.actors.get(address)?.state.replace(/\..*/, '') ?? null)

/** Whoever paused the run may have gone. */
async function goOn(run: Address, life: Life): Promise<void> {
  await life.wait(life.simulation.dice.below(120))
  await life.runtime.run(idOf(run)).resume()
}

/** Whoever paused or drained it may have gone. */
async function resume(queue: string, life: Life): Promise<void> {
  await life.wait(life.simulation.dice.below(120))
  await life.runtime.tasks.queue(queue).resume()
}
