/** Post: one message to many agents, as the hub must know of it. */
import { postMachine } from '../machines/post.ts'
import { postMessages, postPublic } from '../messages/post.ts'
import type { ActorKind } from './kind.ts'

export const postKind: ActorKind = {
  kind: 'post',
  machine: postMachine,
  creates: 'post.send',
  messages: postMessages,
  public: postPublic,
  names: {},
  // It ends with its first message.
  wakes: () => false,
  rests: () => true,
}
