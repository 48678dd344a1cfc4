// Test cases that do not run, check nothing, or wait for the clock.
// Never in here: how to read a test file; lang/tests does that.
import { fileCheck } from '../check.ts'
import { rules } from '../finding.ts'
import { testsOf } from '../lang/tests.ts'

const rule = rules('qa', {
  'exclusive-test': {
    severity: 'high',
    title: 'Remove .only: the rest of those files does not run',
    advice: 'Remove it, and let the runner refuse it in CI (forbidOnly, --no-allow-only).',
  },
  'skipped-test': {
    severity: 'low',
    title: 'Mend or delete tests that are skipped',
    advice: 'Mend it, delete it, or name the issue that keeps it skipped.',
  },
  'test-without-assertion': {
    severity: 'low',
    title: 'Make tests check something',
    advice: 'Assert the result: as it stands, the test fails only if the code throws.',
  },
  'empty-test': {
    severity: 'medium',
    title: 'Fill or remove empty tests',
    advice: 'It is green and checks nothing; use test.todo for an intention.',
  },
  'sleeping-test': {
    severity: 'low',
    title: 'Replace sleeps in tests',
    advice: 'Wait for the condition or use a fake clock: sleeps are slow on good days and flaky on bad ones.',
  },
})

export const qaTests = fileCheck({
  name: 'qa.tests',
  role: 'qa',
  about:
    'Test cases of JavaScript, TypeScript, Python and Go: .only, skipped without a condition, empty, without assertion ' +
    '(helpers count), real sleeps.',
  rules: rule,
  applies: ({ code, kind, family, language }) =>
    code && kind === 'test' && (family === 'js' || language === 'Python' || language === 'Go'),
  inspect: (source, out) => {
    const cases = testsOf(source)
    if (cases === undefined) return out.skipped('did not parse')
    // Fixtures live among tests; a file without cases is none.
    if (cases.length > 0) out.sum('test files')
    for (const { name, line, mode, conditional, asserts, sleeps, empty } of cases) {
      out.sum('test cases')
      const at = { file: source.path, line }
      const shown = `\`${name.slice(0, 100)}\``
      if (mode === 'only') out.add(rule['exclusive-test'], { ...at, message: `only ${shown} runs` })
      else if (mode === 'skipped' && !conditional)
        out.add(rule['skipped-test'], { ...at, message: `${shown} does not run` })
      else if (empty) out.add(rule['empty-test'], { ...at, message: `${shown} is empty` })
      else if (!asserts)
        out.add(rule['test-without-assertion'], { ...at, message: `${shown} asserts nothing` })
      if (sleeps) out.add(rule['sleeping-test'], { ...at, message: `${shown} waits for the clock` })
    }
  },
})
