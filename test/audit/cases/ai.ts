// AI rules: what each must find and must let pass.
// Never in here: calls to a model.
import type { Case } from '../support/case.ts'

const call = (options: string): string =>
  `import Anthropic from '@anthropic-ai/sdk'\nconst client = new Anthropic()\nexport const f = () => client.messages.create({ model: m, messages, ${options} })\ndeclare const m: string, messages: []\n`
const name = 'claude-opus-4'

export const ai: Case[] = [
  {
    rule: 'ai.no-token-limit',
    bad: { 'src/a.ts': call('') },
    at: 'src/a.ts:3',
    good: {
      'src/a.ts': call('max_tokens: 100'),
      'src/b.ts': call('...defaults'),
      'src/c.ts': 'export const x = client.messages.create({})\ndeclare const client: any\n',
    },
  },
  {
    rule: 'ai.no-token-limit',
    bad: {
      'a.py': 'from openai import OpenAI\nc = OpenAI()\nc.chat.completions.create(model=m, messages=[])\n',
    },
    at: 'a.py:3',
    good: {
      'a.py':
        'from openai import OpenAI\nc = OpenAI()\nc.chat.completions.create(model=m, messages=[], max_tokens=5)\n',
    },
  },
  {
    rule: 'ai.no-timeout',
    bad: {
      'src/a.ts':
        "import { generateText } from 'ai'\nexport const f = () => generateText({ model, prompt: 'x' })\ndeclare const model: string\n",
    },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts':
        "import { generateText } from 'ai'\nexport const f = (abortSignal: AbortSignal) => generateText({ model, prompt: 'x', abortSignal })\ndeclare const model: string\n",
      'src/b.ts':
        "import { generateText } from './ours.ts'\nexport const f = () => generateText({ model, prompt: 'x' })\ndeclare const model: string\n",
      'src/ours.ts': 'export const generateText = (x: unknown) => x\n',
    },
  },
  {
    rule: 'ai.no-timeout',
    bad: {
      'a.py': 'import anthropic\nc = anthropic.Anthropic()\nc.messages.create(model=m, max_tokens=1)\n',
    },
    at: 'a.py:3',
    good: {
      'a.py':
        'import anthropic\nc = anthropic.Anthropic(timeout=20)\nc.messages.create(model=m, max_tokens=1)\n',
    },
  },
  {
    rule: 'ai.scattered-model-names',
    bad: { 'src/a.ts': `\nexport const x = ask('${name}')\ndeclare const ask: (model: string) => void\n` },
    at: 'src/a.ts:2',
    good: {
      'src/config.ts': `export const model = '${name}'\n`,
      'src/a.ts': `// the model is "${name}"\nexport const x = 'o1-ish'\n`,
    },
  },
  {
    rule: 'ai.raw-endpoint',
    bad: { 'src/a.ts': "export const f = () => fetch('https://api.openai.com/v1/responses')\n" },
    at: 'src/a.ts:1',
    good: {
      'src/a.ts':
        "export const host = 'https://api.openai.com/v1'\nexport const f = () => fetch('https://api.example.com')\n",
    },
  },
  {
    rule: 'ai.input-in-system-prompt',
    bad: {
      'src/a.ts':
        "export const f = (userInput: string) => [{ role: 'system', content: `Help with ${userInput}.` }]\n",
    },
    at: 'src/a.ts:1',
    good: {
      'src/a.ts':
        "export const f = (userInput: string, tone: string) => [{ role: 'system', content: `Be ${tone}.` }, { role: 'user', content: `${userInput}` }]\n",
    },
  },
  {
    rule: 'ai.input-in-system-prompt',
    bad: {
      'a.py': 'def f(user_input, question):\n    system_prompt = f"""You are a helper. {question}"""\n',
    },
    at: 'a.py:2',
    good: {
      'a.py':
        'def f(question):\n    system_prompt = """You are a helper. {question}"""\n    user = f"""{question}"""\n',
    },
  },
  {
    rule: 'ai.oversized-prompt',
    bad: { 'prompts/review.md': 'Review the change. '.repeat(2_000) },
    at: 'prompts/review.md',
    good: { 'prompts/review.md': 'Review the change. ', 'docs/long.md': 'Review the change. '.repeat(2_000) },
  },
  {
    rule: 'ai.prompt-in-code',
    bad: {
      'src/a.ts': `\nexport const prompt = \`You are a reviewer. ${'Read each line. '.repeat(200)}\`\n`,
    },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts': `export const prompt = \`You are a reviewer.\`\nexport const page = \`${'Read each line. '.repeat(200)}\`\n`,
    },
  },
  {
    rule: 'ai.unpinned-tool-server',
    bad: {
      '.mcp.json': JSON.stringify({
        mcpServers: { files: { command: 'npx', args: ['-y', 'mcp-files@latest'] } },
      }),
    },
    at: '.mcp.json',
    good: {
      '.mcp.json': JSON.stringify({
        mcpServers: {
          files: { command: 'npx', args: ['-y', 'mcp-files@1.2.3'] },
          own: { command: 'node', args: ['x.js'] },
        },
      }),
    },
  },
  {
    rule: 'ai.no-evaluations',
    bad: { 'package.json': JSON.stringify({ dependencies: { openai: '^5.0.0' } }) },
    at: 'package.json',
    good: {
      'package.json': JSON.stringify({ dependencies: { openai: '^5.0.0' } }),
      'evals/tone.ts': 'export {}\n',
    },
  },
  {
    rule: 'ai.no-agent-instructions',
    bad: { 'README.md': '# x\n' },
    good: { 'AGENTS.md': '# Build with npm run build\n' },
  },
]
