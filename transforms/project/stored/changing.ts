/** Methods that change what is kept, whatever keeps it; `setHeader` is one of an answer. */
const CHANGING =
  /^(?:insert\w*|save|add|push|unshift|set(?!Header|Timeout|Interval|Immediate)\w*|sadd|zadd|lpush|rpush|put|delete\w*|remove\w*|destroy|del|hset|hdel|srem|pull|update\w*|findOneAnd\w+|findByIdAnd\w+)$/;

/** Whether a method changes what is kept. */
export function isChanging(method: string): boolean {
  return CHANGING.test(method);
}
