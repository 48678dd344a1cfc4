/** agent(): what it takes, and what it refuses with which code. */
import { agent, task, type AgentOptions } from 'stator'
import { describe, expect, it } from 'vitest'

const code = (value: string): unknown => expect.objectContaining({ code: value })
const build = task('build')
const test = task('test')

describe('agent()', () => {
  it('does one task at a time, for anybody, unless told otherwise', () => {
    const { kind, id, role, skills, capacity, handlers } = agent('a')
    expect({ kind, id, role, skills, capacity, handlers: handlers.size }).toEqual({
      kind: 'agent',
      id: 'a',
      role: undefined,
      skills: [],
      capacity: 1,
      handlers: 0,
    })
  })

  it('keeps all that it was given when it learns to do more', () => {
    const options = { role: 'devops', skills: ['docker'], capacity: 4, warmUp: (): void => {} }
    const able = agent('a', options)
      .handle(build, () => 1)
      .handle(test, () => 2)
    expect(able).toMatchObject(options)
    expect([...able.handlers.keys()]).toEqual(['build', 'test'])
  })

  it('two agents made from one do not share what they can do', () => {
    const base = agent('a').handle(build, () => 1)
    const one = base.handle(test, () => 2)
    const two = base.handle(task('lint'), () => 3)
    expect([base, one, two].map(({ handlers }) => [...handlers.keys()])).toEqual([
      ['build'],
      ['build', 'test'],
      ['build', 'lint'],
    ])
  })

  it('has code once for each task', () => {
    const able = agent('a').handle(build, () => 1)
    expect(() => able.handle(build, () => 2)).toThrow(code('ALREADY_REGISTERED'))
    expect(() => able.handle(task('build'), () => 2)).toThrow(code('ALREADY_REGISTERED'))
  })

  it.each<[string, string, AgentOptions, string]>([
    ['an id of two parts', 'a/b', {}, 'ADDRESS_INVALID'],
    ['no id', '', {}, 'ADDRESS_INVALID'],
    ['a bad role', 'a', { role: 'dev ops' }, 'ADDRESS_INVALID'],
    ['no capacity', 'a', { capacity: 0 }, 'DEFINITION_INVALID'],
    ['half a capacity', 'a', { capacity: 1.5 }, 'DEFINITION_INVALID'],
    ['an endless capacity', 'a', { capacity: Infinity }, 'DEFINITION_INVALID'],
    ['skills that are no JSON', 'a', { skills: [1n] as never }, 'DEFINITION_INVALID'],
    ['skills that are no text', 'a', { skills: [1] as never }, 'DEFINITION_INVALID'],
    ['skills that are no list', 'a', { skills: 'docker' as never }, 'DEFINITION_INVALID'],
    ['a warm-up that is no function', 'a', { warmUp: 1 as never }, 'DEFINITION_INVALID'],
    ['options that are none', 'a', null as never, 'DEFINITION_INVALID'],
  ])('refuses %s', (_what, id, options, expected) => {
    expect(() => agent(id, options)).toThrow(code(expected))
  })
})

describe('what an agent is given to handle', () => {
  // As somebody calls it whose compiler did not look.
  const handle = (...args: unknown[]): unknown => agent('a').handle(...(args as [never, never]))
  it.each<[string, unknown[]]>([
    ['nothing', []],
    ['null', [null, (): number => 1]],
    ['the name of a task', ['build', (): number => 1]],
    ['a copy of a task', [JSON.parse(JSON.stringify(build)), (): number => 1]],
    ['a task with policies that are none', [{ ...build, spec: { retry: 5 } }, (): number => 1]],
    ['no code', [build]],
    ['code that is no function', [build, {}]],
  ])('is refused as %s', (_what, args) => {
    expect(() => handle(...args)).toThrow(code('DEFINITION_INVALID'))
  })
})
