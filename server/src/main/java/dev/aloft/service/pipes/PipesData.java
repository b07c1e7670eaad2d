package dev.aloft.service.pipes;

import dev.aloft.api.Arn;
import dev.aloft.api.Pipes;
import dev.aloft.kernel.delivery.poll.StreamPoller;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Table;
import java.time.Instant;

/** What Pipes keeps. */
final class PipesData {
    /** By account, region and name. */
    final Table<KeptPipe> pipes = Table.of("pipes", Codec.of(KeptPipe.class));
    /** By account, region, name and shard: how far a stream was read. */
    final Table<StreamPoller.Checkpoint> checkpoints = Table.of("checkpoints", Codec.of(StreamPoller.Checkpoint.class));

    /**
     * @param settings as they were given last, with what AWS fills in
     * @param revision changes with every setting
     * @param sealed   patterns and transformers under the pipe's key, which the settings then lack, or null
     */
    record KeptPipe(String account, String region, Pipes.CreatePipeRequest settings, String revision, Instant created,
            Instant modified, byte[] sealed) {
        String name() {
            return settings.name();
        }

        String arn() {
            return "arn:aws:pipes:" + region + ":" + account + ":pipe/" + name();
        }

        Key key() {
            return Key.of(account, region, name());
        }

        Arn source() {
            return Arn.parse(settings.source());
        }

        boolean runs() {
            return !Pipes.RequestedPipeState.STOPPED.equals(settings.desiredState());
        }

        KeptPipe with(Pipes.CreatePipeRequest changed, String newRevision, Instant now) {
            return new KeptPipe(account, region, changed, newRevision, created, now, sealed);
        }
    }
}
