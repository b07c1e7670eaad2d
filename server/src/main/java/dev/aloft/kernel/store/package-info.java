/**
 * All state, in one ordered store of keys and values with transactions.
 *
 * <pre>
 *   var store = platform.in("sqs");                          // a service sees only its own keys
 *   var queues = Table.of("queues", Codec.of(Queue.class));  // usually constants of SqsData
 *
 *   store.write(tx -&gt; queues.putIfAbsent(tx, Key.of(account, region, name), queue));
 *   store.read(tx -&gt; queues.range(tx, Key.of(account, region)).map(Row::value).toList());
 * </pre>
 *
 * A transaction is a function of {@link Tx} alone: it may run again, on another thread, so it touches nothing else,
 * waits for nothing and calls no service. Write transactions run one after another; each sees all that came before it,
 * so a condition it checks still holds when it commits. When {@link Store#write} returns, what was written is on disk.
 * What it throws is thrown to the caller, and nothing of it was written. Reads run beside writes on a snapshot.
 *
 * <p>Keys are tuples whose byte order is the order of their values ({@link Key}). {@link Table}, {@link Index} and
 * {@link Due} are structures over them; each takes a {@link Space} and works inside anybody's transaction. Contents too
 * large for a record (packages of code, objects) live in {@link Blobs}.
 */
package dev.aloft.kernel.store;
