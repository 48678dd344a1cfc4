// Second opinions and notes: who is asked, what is said, and that the same commit is told the same.
// Never in here: Stator.
import { describe, expect, test } from 'vitest'
import { hear } from '../../examples/audit/desk.ts'
import type { Desk } from '../../examples/audit/desk.ts'
import type { Finding } from '../../examples/audit/finding.ts'
import { reviewing, secondOpinion } from '../../examples/audit/opinion.ts'
import { personas } from '../../examples/audit/personas.ts'
import { roles } from '../../examples/audit/roles.ts'
import { memoryDesk } from './support/memory-desk.ts'
import { headOf, repository } from './support/repository.ts'
import { runPlan } from './support/run-plan.ts'

const finding = (file?: string): Finding => ({
  rule: 'backend.long-function',
  severity: 'medium',
  message: 'too long',
  advice: 'cut it',
  ...(file === undefined ? {} : { file }),
})

describe('who is asked', () => {
  test('is one specialist for each trade, of another trade, and never the one who asks', () => {
    for (const role of roles) {
      const able = personas.filter(({ skills }) => skills.includes(reviewing(role)))
      expect(able).toHaveLength(1)
      expect([role, 'docs']).not.toContain(able[0]?.role)
    }
  })
})

describe('what is said', () => {
  const six = repository.bind(null, ...[1, 2, 3, 4, 5, 6].map(n => ({ 'a.ts': `${n}`, 'b.ts': 'same' })))

  test('is to mend now what many commits touched, and on occasion what few did', async () => {
    const repo = six()
    const commit = headOf(repo)
    const touched = { of: 6, people: 1 }
    expect(await secondOpinion('architecture', { commit, finding: finding('a.ts') }, { repo })).toEqual({
      by: 'architecture',
      advice: 'now',
      touched: { ...touched, commits: 6 },
    })
    expect(await secondOpinion('architecture', { commit, finding: finding('b.ts') }, { repo })).toEqual({
      by: 'architecture',
      advice: 'on occasion',
      touched: { ...touched, commits: 1 },
    })
  })

  test('is to mend now what is severe, and asks no history of what is of no one file', async () => {
    const repo = six()
    const commit = headOf(repo)
    const severe = { ...finding('b.ts'), severity: 'high' as const }
    expect(await secondOpinion('qa', { commit, finding: severe }, { repo })).toMatchObject({ advice: 'now' })
    expect(await secondOpinion('qa', { commit, finding: finding() }, { repo })).toMatchObject({
      touched: null,
    })
  })
})

describe('in the report', () => {
  const bad = {
    'src/index.ts':
      "import { Agent } from 'node:https'\nexport const a = new Agent({ rejectUnauthorized: false })\n",
  }

  test('stand the notes of all, the worst of all, and what another trade says of it', async () => {
    const { markdown, report } = await runPlan(repository(bad))
    expect(report.heard.notes.map(({ role }) => role)).toEqual(roles)
    expect(report.heard.worst?.rule).toBe('security.verification-off')
    expect(report.heard.opinion).toMatchObject({ by: 'backend' })
    expect(markdown).toContain(
      'Second opinion, of Backend: mend it now; 1 of the last 1 commit touched the file, by 1 author.',
    )
  })

  test('it is said when nobody was there to be asked, and when there was nothing to ask about', async () => {
    const { renderReport, buildReport } = await import('../../examples/audit/report.ts')
    const { inputs, report } = await runPlan(repository(bad))
    const told = (heard: typeof report.heard): string =>
      renderReport(buildReport(inputs.get('report'), heard)).markdown
    expect(told({ ...report.heard, opinion: null })).toContain(
      'Nobody was there who could give a second opinion.',
    )
    expect(told({ notes: [], worst: null, opinion: null })).toContain(
      'Nobody found anything that needs doing.',
    )
  })

  test('nobody is asked about nothing', async () => {
    const desk: Desk = { ...memoryDesk(''), consult: () => Promise.reject(new Error('asked')) }
    expect(await hear(desk, 'c0ffee')).toEqual({ notes: [], worst: null, opinion: null })
  })
})
