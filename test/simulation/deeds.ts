/**
 * Deeds: what clients do beside asking for work: they cancel, pause and resume, read, send what is not taken, prune, and a guest
 * comes and goes. None of it is owed an outcome but that it settles.
 */
import type { Address } from '../../src/messages/address.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import { employ, type Member } from './company.ts'
import { from, several, weighed } from './draw.ts'
import { raise } from './family.ts'

export interface Deed {
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly what: keyof typeof SORTS
  /** Name of an order, and whether it is a run. */
  readonly order: { readonly name: string; readonly kind: string }
  readonly member: string
  /** Milliseconds from the first half of it to the second. */
  readonly ms: number
}

const SORTS = {
  cancel: 4,
  'cancel a step': 2,
  'pause a run': 3,
  terminate: 2,
  pause: 4,
  'pause and resume': 2,
  look: 3,
  follow: 3,
  nonsense: 2,
  visit: 1,
  family: 3,
  prune: 1,
}

export function drawDeeds(dice: Dice, members: readonly Member[], orders: readonly Deed['order'][]): Deed[] {
  return several(from(dice, 0, 4), () => ({
    at: dice.below(200),
    what: weighed(dice, SORTS),
    order: dice.pick(orders),
    member: dice.pick(members).id,
    ms: dice.below(60),
  }))
}

export interface Doing {
  readonly life: Life
  readonly guest: Member
  /** Where an order is, once it is accepted. */
  readonly addressOf: (order: string) => Address | undefined
  /** What ended may be gone from now on. */
  readonly forgetful: () => void
}

const DOINGS: Readonly<Record<Deed['what'], (deed: Deed, doing: Doing) => Promise<unknown>>> = {
  cancel: async ({ order }, { life, addressOf }) => {
    const address = addressOf(order.name)
    if (address !== undefined) await handle(life, address).cancel('no longer wanted')
  },
  'cancel a step': async ({ order, ms }, { life, addressOf }) => {
    const address = addressOf(order.name)
    if (address === undefined || order.kind === 'task') return
    const step = order.kind === 'graph' ? `s${ms % 4}` : `p${ms % 3}0`
    await life.runtime.send({ type: 'task.cancel', to: `task/${idOf(address)}/${step}` })
  },
  'pause a run': async ({ order, ms }, { life, addressOf }) => {
    const address = addressOf(order.name)
    if (address === undefined || order.kind === 'task') return
    const run = life.runtime.run(idOf(address))
    await run.pause('a look at it')
    await life.wait(ms)
    await run.resume()
  },
  terminate: async ({ order }, { life, addressOf }) => {
    const address = addressOf(order.name)
    if (address === undefined || order.kind === 'task') return
    await life.runtime.run(idOf(address)).terminate('it is enough')
  },
  pause: async ({ member, ms }, { life }) => {
    await life.runtime.agents.pause(member, 'tea')
    await life.wait(ms)
    await life.runtime.agents.resume(member)
  },
  // One after the other by one sender: the second never overtakes the first.
  'pause and resume': async ({ member }, { life }) => {
    const to = `agent/${member}` as const
    const asked = ['agent.pause', 'agent.resume'].map(async type =>
      life.runtime.send({ type, to }, { whenFull: 'wait' }),
    )
    const told = await Promise.allSettled(asked)
    for (const one of told) if (one.status === 'rejected') throw one.reason
  },
  look: async ({ order }, { life, addressOf }) => {
    const { runtime } = life
    const address = addressOf(order.name)
    runtime.history({ order: 'desc', limit: 5 })
    runtime.recent({ limit: 3 })
    runtime.status()
    runtime.agents.list({ available: true })
    runtime.actors.list()
    if (address !== undefined) {
      runtime.actors.get(address)
      handle(life, address).status()
      if (order.kind === 'task') runtime.task(idOf(address)).info()
      else runtime.run(idOf(address)).current()
    }
  },
  follow: async ({ order }, { life, addressOf }) => {
    const address = addressOf(order.name)
    if (address === undefined) return
    // Of what was pruned nothing would ever come.
    handle(life, address).status()
    let last = -1
    if (order.kind === 'task') await handle(life, address).signals$.forEach(({ seq }) => void (last = seq))
    else
      for await (const { percent } of life.runtime.run(idOf(address)).progress()) {
        if (percent < last)
          life.simulation.break('progress', `${address} went back from ${last} to ${percent}`)
        last = percent
      }
  },
  nonsense: async ({ order, member, ms }, { life, addressOf }) => {
    const { runtime } = life
    const to = addressOf(order.name) ?? (`agent/${member}` as const)
    const type = to.startsWith('task/')
      ? 'task.retry'
      : to.startsWith('agent/')
        ? 'agent.resume'
        : 'task.done'
    await runtime.send({
      type,
      to,
      from: runtime.client(`c${ms % 2}`),
      priority: ms % 2 === 0 ? 'high' : 'low',
    })
  },
  visit: async ({ ms }, { life, guest }) => {
    await life.runtime.agents.register(employ(guest, life))
    await life.wait(ms)
    await life.runtime.agents.unregister(guest.id)
  },
  family: async (deed, { life }) => raise(deed, life),
  prune: async ({ ms }, { life, forgetful }) => {
    forgetful()
    life.runtime.prune({ olderThan: ms })
  },
}

export const doDeed = async (deed: Deed, doing: Doing): Promise<void> => {
  await DOINGS[deed.what](deed, doing)
}

export const idOf = (address: Address): string => address.slice(address.indexOf('/') + 1)

export const handle = (life: Life, address: Address) =>
  address.startsWith('task/') ? life.runtime.task(idOf(address)) : life.runtime.run(idOf(address))
