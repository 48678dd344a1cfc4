// How calls to language models look in code: packages, call names, model names.
// Never in here: rules; ai-calls and ai-prompts decide what is wrong.

/** Packages through which JavaScript and TypeScript reach a model. */
export const modelPackages =
  /^(?:openai|@anthropic-ai\/|@google\/(?:genai|generative-ai)|ai$|ai\/|@ai-sdk\/|langchain|@langchain\/|llamaindex|ollama|cohere-ai|@mistralai\/|groq-sdk|replicate|@huggingface\/inference|@aws-sdk\/client-bedrock)/

/** Modules through which Python reaches a model. */
export const modelModules =
  /^[ \t]*(?:from|import)[ \t]+(openai|anthropic|litellm|langchain\w*|llama_index|google\.generativeai|google\.genai|cohere|mistralai|groq|ollama|instructor|dspy)\b/gm

/** Functions of the packages that make a model produce text. */
export const generating = /^(?:generateText|streamText|generateObject|streamObject)$/
export const methods =
  /\.(?:chat\.completions\.(?:create|parse|stream)|completions\.create|responses\.(?:create|stream|parse)|messages\.(?:create|stream)|models\.generateContent(?:Stream)?|generateContent|chat\.complete)$/

export const limits = [
  'max_tokens',
  'maxTokens',
  'max_output_tokens',
  'maxOutputTokens',
  'max_completion_tokens',
  'maxCompletionTokens',
  'max_new_tokens',
]
export const timeouts = ['signal', 'abortSignal', 'timeout', 'timeoutMs', 'requestOptions', 'request_timeout']

/** A concrete model name, with its maker's spelling. */
export const modelName =
  /["'`]((?:(?:openai|anthropic|google|mistral|xai|meta|deepseek)[/:])?(?:gpt-(?:3\.5|4|4o|4\.1|5)[\w.-]*|o[134](?:-mini|-preview|-pro)?|claude-(?:\d|opus|sonnet|haiku|instant)[\w.-]*|gemini-[\d.]+[\w.-]*|(?:mi[sx]tral|codestral)-[\w.-]+|llama-?[234][\w.:-]*|deepseek-(?:chat|reasoner|v\d)[\w.-]*|grok-[\d][\w.-]*|text-embedding-[\w.-]+))["'`]/g

export const endpoints =
  /https:\/\/(api\.openai\.com|api\.anthropic\.com|generativelanguage\.googleapis\.com|api\.mistral\.ai|api\.cohere\.(?:ai|com)|openrouter\.ai|api\.groq\.com|api\.deepseek\.com)/g
