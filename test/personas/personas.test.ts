/** Personas: what a file may say, what is told of one that is wrong and where, and how it is bound to code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRuntime, memory, task, type AgentDefinition, type StatorError } from 'stator'
import { bindPersonas, parsePersonas, readPersonas } from 'stator/personas'
import { z } from 'zod'

interface Told {
  readonly line: number
  readonly column: number
  readonly path: string
  readonly message: string
}

function refused(call: () => unknown): StatorError {
  try {
    call()
  } catch (error) {
    return error as StatorError
  }
  return expect.fail('nothing was refused')
}

const problems = (text: string): readonly Told[] => {
  const error = refused(() => parsePersonas(text))
  expect(error.code).toBe('PERSONAS_INVALID')
  return (error.details as { readonly problems: readonly Told[] }).problems
}
const places = (text: string): string[] =>
  problems(text).map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`)

const CREW = `# Who works here.
personas:
  builder:
    role: backend
    goal: Build what is asked for
    skills: [node, sql]
    capacity: 2
    instructions: |
      Small steps.
      Tests first.
  critic:
    role: review
    goal: Find what is wrong
`

describe('a file of personas', () => {
  test('says who is there, with what is left out filled in, and where each stands', () => {
    expect(parsePersonas(CREW)).toEqual([
      {
        id: 'builder',
        role: 'backend',
        goal: 'Build what is asked for',
        skills: ['node', 'sql'],
        capacity: 2,
        instructions: 'Small steps.\nTests first.\n',
        at: { source: 'personas.yaml', line: 3, column: 3 },
      },
      {
        id: 'critic',
        role: 'review',
        goal: 'Find what is wrong',
        skills: [],
        capacity: 1,
        instructions: '',
        at: { source: 'personas.yaml', line: 11, column: 3 },
      },
    ])
  })

  test('is read from the disk, and then named in its positions', () => {
    const folder = mkdtempSync(join(tmpdir(), 'stator-personas-'))
    try {
      const path = join(folder, 'crew.yaml')
      writeFileSync(path, CREW)
      expect(readPersonas(path).map(({ id, at }) => [id, at.source])).toEqual([
        ['builder', path],
        ['critic', path],
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('is told all that is wrong with it at once, each with its place', () => {
    const text = `personas:
  builder:
    role: backend
    gaol: Build
    capacity: many
    skills: [node, 7]
  not an id:
    role: x
    goal: y
  idle:
`
    expect(places(text)).toEqual([
      '2:3 personas.builder.goal Invalid input: expected string, received undefined',
      '4:5 personas.builder.gaol unknown field gaol: did you mean goal?',
      '5:15 personas.builder.capacity Invalid input: expected number, received string',
      '6:20 personas.builder.skills.1 Invalid input: expected string, received number',
      expect.stringContaining('7:3 personas.not an id expected 1 to 200 letters') as string,
      '10:3 personas.idle Invalid input: expected object, received null',
    ])
  })

  test('of something else altogether is told what is expected', () => {
    expect(places('')).toEqual([expect.stringContaining('1:1  Invalid input: expected object') as string])
    expect(places('persona: {}')).toEqual([
      '1:1 personas Invalid input: expected record, received undefined',
      '1:1 persona unknown field persona: did you mean personas?',
    ])
    expect(places('personas: {a: {role: r, goal: g, colour: red}}')).toEqual([
      '1:34 personas.a.colour unknown field colour: expected one of role, goal, skills, capacity, instructions',
    ])
    expect(problems(7 as never)[0]).toMatchObject({ line: 1, column: 1 })
    expect(problems('x'.repeat(1_000_001))[0]?.message).toContain('up to 1000000')
  })

  test('names nobody and nothing twice', () => {
    expect(places(`${CREW}  builder:\n    role: x\n    goal: y\n`)).toEqual([
      expect.stringMatching(/^14:3 {2}Map keys must be unique/) as string,
    ])
    expect(places('personas: {a: {role: r, role: s, goal: g}}')).toHaveLength(1)
  })

  test('has ids that are what is written, in its order, also where they look like numbers', () => {
    const of = (...ids: readonly string[]): string =>
      `personas:\n${ids.map(id => `  ${id}: {role: r, goal: g}\n`).join('')}`
    const ids = parsePersonas(of('b', '1.10', '10', 'true', '2', 'constructor')).map(({ id }) => id)
    expect(ids).toEqual(['b', '1.10', '10', 'true', '2', 'constructor'])
    expect(places(of('1', '"1"'))).toEqual([
      expect.stringMatching(/^3:3 {2}Map keys must be unique/) as string,
    ])
    expect(places(of('__proto__'))).toEqual(['2:3  nothing can be called __proto__'])
    expect(places(of('[a, b]'))).toHaveLength(1)
  })

  test('that is no YAML is told where it stops being so', () => {
    const [first] = problems('personas:\n  a:\n    role: "open\n')
    expect(first).toMatchObject({ line: 4, column: 1 })
    expect(problems('personas: [\n')[0]).toMatchObject({ line: 2 })
    expect(problems('personas:\n\ta: 1\n')[0]).toMatchObject({ line: 2, column: 1 })
  })

  test('has no anchors, no aliases and no types of its own: nothing stands for a thousand others', () => {
    const bomb = `a: &a [x, x]\nb: &b [*a, *a]\npersonas: [*b, *b]\n`
    expect(places(bomb)).toEqual([
      '1:7  no anchors and aliases here: &a',
      '2:7  no anchors and aliases here: &b',
      '2:8  no anchors and aliases here: *a',
      '2:12  no anchors and aliases here: *a',
      '3:12  no anchors and aliases here: *b',
      '3:16  no anchors and aliases here: *b',
    ])
    expect(problems('personas: !mine {}\n')[0]).toMatchObject({ line: 1, column: 11 })
    expect(problems(`personas: ${'['.repeat(20_000)}`).length).toBeGreaterThan(0)
  })

  test('with a thousand things wrong is told a hundred', () => {
    const many = Array.from({ length: 1_000 }, (_, n) => `  p${n}: 7`).join('\n')
    const error = refused(() => parsePersonas(`personas:\n${many}\n`))
    expect(error.details).toMatchObject({ problems: { length: 100 }, more: 900 })
  })
})

describe('a binding', () => {
  const build = task('build', { input: z.string(), output: z.string() })

  test('makes an agent of a persona, whose handlers know it', async () => {
    const agents = bindPersonas(parsePersonas(CREW), {
      builder: (agent, { goal, instructions }) =>
        agent.handle(build, what => `${what}: ${goal}. ${instructions.split('\n')[0]}`),
      critic: agent => agent,
    })
    await using runtime = await createRuntime({ journal: memory(), agents })
    expect(runtime.agents.list()).toMatchObject([
      { id: 'builder', role: 'backend', skills: ['node', 'sql'], capacity: 2 },
      { id: 'critic', role: 'review', skills: [], capacity: 1 },
    ])
    const handle = await runtime.submit(build, 'a house')
    expect(await handle.result()).toBe('a house: Build what is asked for. Small steps.')
  })

  test('is there for every persona, and for nobody else', () => {
    const error = refused(() =>
      bindPersonas(parsePersonas(CREW), { builder: agent => agent, critc: agent => agent }),
    )
    expect(error).toMatchObject({
      code: 'PERSONA_UNBOUND',
      details: {
        unbound: [{ persona: 'critic', at: 'personas.yaml:11:3' }],
        unknown: [{ binding: 'critc', nearest: 'critic' }],
      },
    })
  })

  test('gives the agent that it was given', () => {
    const crew = parsePersonas(CREW)
    const given = { builder: (agent: AgentDefinition) => agent, critic: () => undefined as never }
    expect(refused(() => bindPersonas(crew, given))).toMatchObject({
      code: 'DEFINITION_INVALID',
      details: { persona: 'critic', at: 'personas.yaml:11:3' },
    })
    const swapped = {
      builder: given.builder,
      critic: () => bindPersonas(crew.slice(0, 1), { builder: given.builder })[0] as never,
    }
    expect(refused(() => bindPersonas(crew, swapped)).code).toBe('DEFINITION_INVALID')
  })
})
