/**
 * The store on one machine: RocksDB under one committer.
 *
 * <pre>
 *   callers (virtual threads)          committer (one platform thread)
 *   write(f) ── queue ──&gt; runs f, g, h … one after another; each sees what the earlier ones wrote
 *      parked             writes all of it as one batch, one fsync
 *      &lt;── answers ────── publishes a new version for readers, wakes the callers
 *   read(f)  on the published version, on the caller's own thread
 * </pre>
 *
 * While one group is being synced the next callers queue; whatever has queued up by then is the next group. So nobody
 * waits for a group to fill, and with more writers a sync carries more. A key that many functions of a group change is
 * written once.
 *
 * <p>Relaxed writes ({@link dev.aloft.kernel.store.Store#relaxed}) queue apart. They are a group of their own, which
 * goes before the next synced one and waits for no sync: so no function ever sees, and nobody is told, what a power
 * cut could still undo but for other relaxed writes.
 *
 * <p>The data folder: {@code lock} (who uses it), {@code format} (which version wrote it), {@code store/} (RocksDB),
 * {@code native/} (RocksDB's library, unpacked once).
 */
package dev.aloft.kernel.store.embedded;
