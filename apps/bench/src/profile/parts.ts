/** Names of functions or files, and what part of the work they are: the first that fits counts. */
export type Parts = readonly (readonly [part: string, names: RegExp])[];

/** Samples of these count for nobody. */
export const UNCOUNTED: ReadonlySet<string> = new Set(["(idle)", "the profiler"]);

/** What is in no other part. */
export const REST = "the rest";

export function partOf(parts: Parts, name: string): string | undefined {
  return parts.find(([, names]) => names.test(name))?.[0];
}

/** Files of JavaScript, as the comments of the bundle name them, or by their address. */
export const files: Parts = [
  ["the bench's own callers", /^src\/|\/apps\/bench\//],
  ["fingerprint and record's id", /core\/src\/(fingerprint|record-id|platform)/],
  ["records to bytes and back", /core\/src\/(codec|record)|engine\/result-codec/],
  ["MemoryStore", /core\/src\/memory-store/],
  ["the engine", /core\/src\//],
  ["the store", /packages\/stores\//],
  [
    "the driver",
    /node_modules\/.*(ioredis|redis-parser|standard-as-callback|denque|@redis|pg|aws-sdk|smithy|aws-crypto|uuid)/,
  ],
  ["other libraries", /node_modules\//],
  ["promises and the queue of microtasks", /^node:internal\/process\/task_queues/],
  ["hashing and random numbers", /^node:(internal\/)?crypto/],
  ["the profiler", /^node:(internal\/)?inspector/],
  ["Node: sockets, streams, timers", /^node:/],
];

/** Functions without a file. */
export const builtIns: Parts = [
  ["(idle)", /^\(idle\)$/],
  ["garbage collection", /^\(garbage collector\)$/],
  ["writing to sockets", /^(writev|write(Buffer|Utf8String|Latin1String|AsciiString|UcsString))$/],
];

const kernel: Parts = [
  [
    "the kernel: files",
    /\[k\] .*(ext4|jbd2|xfs|btrfs|overlay|ovl_|blk_|bio_|submit_bio|generic_perform_write|filemap|iomap|fsync|writeback|folio|page_cache|virtio_queue|nvme)/,
  ],
  ["the kernel: sockets, waking and waiting", /\[k\]/],
];

const texts: Parts[number] = [
  "texts and numbers, in the C library",
  /(strtod|strto|str_to_mpn|mpn_|round_and_return|str(len|chr|casecmp|cmp|ncmp)|printf|_IO_|itoa)/,
];

/** What a binary without its table of names does. */
const nameless: Parts[number] = ["functions without a name", /^\[\.\] 0x[\da-f]+$/];

/** Functions of Redis and Valkey. */
export const redisServer: Parts = [
  ...kernel,
  [
    "Lua and Redis: arguments and answers",
    /(luaRedis|scriptCall|scriptPrepare|scriptFlags|luaArgs|redisProtocolToLua|redisLua|luaReply|redisReplyToLua|evalGeneric|evalSha|luaCallFunction|luaCreateFunction|luaEngine|parseReply|parseBulk|parseArray|parseStatus|sha1hex|callReply)/,
  ],
  [
    "Lua",
    /\b(lua[A-Z]_|lua_|lua[A-Z]|index2adr|str_|l_alloc|math_|propagatemark|sweeplist|newkey|auxsub|posrelat|tostring|luai|resume|f_call|traversetable|reallymarkobject|singlestep|adjustresults|getcurrenv|str_find|mainposition|arrayindex|numusearray|rehash$|setnodevector|growstack|GCTM|freeobj|unpack|os_|addquoted|add_s|push_onecapture|aux_|ipairsaux)/,
  ],
  [
    "finding keys and commands",
    /(dict[A-Z]|_dict|siphash|lookupKey|lookupCommand|hashTableSize|expireIfNeeded|keyIsExpired|getExpire|setExpire|removeExpire|dbAdd|dbOverwrite|dbSet|dbGeneric|setKey|genericSetKey|kvstore|sdscmp|memcmp|dictSds|rehash)/,
  ],
  [
    "memory",
    /(\bje_|arena_|tcache_|zmalloc|zfree|zrealloc|ztry|\bmalloc|\bfree|calloc|realloc|memcpy|memmove|memset|__mem|extent_|emap_|sds)/,
  ],
  ["append-only file", /(feedAppendOnly|catAppendOnly|flushAppendOnly|propagate|alsoPropagate|aof)/i],
  [
    "protocol",
    /(processMultibulk|processInputBuffer|readQueryFromClient|addReply|writeToClient|_addReply|setDeferred|prepareClientToWrite|string2ll|ll2string|handleClientsWithPendingWrites|_writeToClient|createStringObject|createObject|decrRefCount|getDecoded|tryObjectEncoding|memchr|createEmbedded|digits10|getLongLong|replyBuffer|resetClient|freeClientArgv)/,
  ],
  nameless,
  texts,
  [
    "commands",
    /(Command$|processCommand|\bcall$|hdr_record|Histogram|ACL|slowlog|latency|updateCachedTime|getMonotonic|clock_gettime|vdso|ustime|mstime|gettimeofday|parseExtended|signalModified|notifyKeyspace|touchWatched|trackingInvalidate|incrRefCount|selectDb|updateStat|elapsed|moduleC|stringObjectLen|clientHas|epoll|serverLog|beforeSleep|aeProcess|aeMain|ldb|lookupStringForBit|overMaxmemory|getCommandFlags|isInsideYielding|server_|errno)/,
  ],
];

/** Functions of PostgreSQL. */
export const postgresServer: Parts = [
  ...kernel,
  [
    "evaluating expressions",
    /(ExecInterp|ExecScan|ExecProcNode|ExecModify|ExecInsert|ExecUpdate|ExecResult|ExecutorRun|ExecOnConflict|ExecConstraints|ExecStore|ExecClear|ExecutePlan|pg_base64|CheckExpr|DecodeUnits|datebsearch|DecodeInterval|tstz|ExecEval|ExecJust|int8|timestamp|interval|text_|bytea|substr|date_|numeric|FunctionCall|DirectFunction|dtoi|jsonb?_)/,
  ],
  [
    "making plans ready",
    /(ExecInit|fmgr_info|ExprEvalPush|dispatch_compare|ExecCreateExpr|ExecIndexBuild|BuildIndexInfo|SearchPath|recomputeNamespace|expr[A-Z]|ScanQuery|lookup_type_cache|bsearch|pg_newlocale|stmt_requires|GetUserId|stack_is|check_stack|ExecutorStart|ExecBuild|ExecAssign|expression_tree|CreateExecutorState|CreateExprContext|GetCachedPlan|AcquireExecutor|ExecTypeFromTL|copyObject|_copy|ExecutorEnd|ExecEnd|InitPlan|ExecCheckPerm|ExecPush|ExecReady|eval_const|planner|subquery_planner|make_|set_plan|RevalidateCached|lcons|lappend|list_|ExecGetResult|ExecSetup|fix_)/,
  ],
  [
    "locks",
    /(LWLock|futex|sem_|new_sem|pthread|LockAcquire|LockRelease|Lock[A-Z]|ResourceOwner|ProcArray|SpinLock|s_lock)/,
  ],
  ["B-tree", /(_bt_|bt[a-z]+$|btgettuple|index_)/],
  texts,
  [
    "rows and pages",
    /(heap|Heap|tuple|Tuple|slot_|Slot|Buffer|buf|Page|visibilitymap|Pin|toast|hash_|fill_val|smgr|PrivateRefCount|murmur|string_hash)/,
  ],
  ["writing the log", /(XLog|Wal|wal|pg_comp_crc|crc32)/],
  [
    "transactions and snapshots",
    /(Transaction|_xact|SIGetData|CommitTs|CurrentStatement|RecoveryInProgress|CleanupTempFiles|DataChecksums|GUC|ps_display|Snapshot|Xact|pgstat|Portal|TransactionId|CommandCounter|Subtrans|clog|Slru|CatalogCache|SearchCatCache|SearchSysCache|Relation|rel)/,
  ],
  ["memory", /(AllocSet|palloc|pfree|MemoryContext|mem|malloc|free|Bump|Generation|Slab)/],
  [
    "messages of the protocol",
    /(pq_|internal_putbytes|pg_u?l?l?toa|should_output|vdso|secure_|PostgresMain|exec_|printtup|socket|send|recv|StringInfo|pg_.*_to_|FeBe|enlarge|ReadCommand|Interrupt|Wait|epoll|client_read|utf8|mb|Output|Input)/,
  ],
];
