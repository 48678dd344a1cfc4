/** Throws while it is loaded. */
throw Object.assign(new Error('not today'), { code: 'E_LOAD' })
