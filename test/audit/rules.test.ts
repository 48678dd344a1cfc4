// Every rule finds what it is for and lets the nearest innocent thing pass.
// Never in here: the cases themselves; they are data, one file a specialist.
import { describe, expect, test } from 'vitest'
import { ruleById } from '../../examples/audit/checks.ts'
import { ai } from './cases/ai.ts'
import { architecture } from './cases/architecture.ts'
import { backend } from './cases/backend.ts'
import { devops } from './cases/devops.ts'
import { docs } from './cases/docs.ts'
import { frontend } from './cases/frontend.ts'
import { qa } from './cases/qa.ts'
import { security } from './cases/security.ts'
import { findingsOf } from './support/find.ts'
import { repository } from './support/repository.ts'
import type { Files } from './support/repository.ts'

const cases = [...backend, ...architecture, ...ai, ...frontend, ...devops, ...qa, ...security, ...docs].map(
  (one, i) => ({ ...one, name: `${one.rule} (case ${i + 1})` }),
)

const commits = (files: Files | Files[]): Files[] => (Array.isArray(files) ? files : [files])
const place = ({ file, line }: { file?: string | undefined; line?: number | undefined }): string =>
  [file, line].filter(part => part !== undefined).join(':')

describe.each(cases)('$name', ({ rule, bad, at, good }) => {
  test('is found where it is', async () => {
    const findings = await findingsOf(rule, repository(...commits(bad)))
    expect(findings.map(place)[0]).toBe(at ?? '')
  })

  test('is not found where it is not', async () => {
    const findings = await findingsOf(rule, repository(...commits(good)))
    expect(findings).toEqual([])
  })
})

test('no rule goes untested, and no case is about a rule that is gone', () => {
  const tested = new Set(cases.map(({ rule }) => rule))
  expect([...tested].sort()).toEqual([...ruleById.keys()].sort())
})
