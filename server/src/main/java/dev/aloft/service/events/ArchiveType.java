package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.NamedType;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** AWS::Events::Archive. */
final class ArchiveType extends NamedType {
    private static final Set<String> NOT_OF_THE_OPERATION = Set.of("SourceArn");

    private final Events events;

    ArchiveType(Events events) {
        super("AWS::Events::Archive", "ArchiveName", 48, Set.of("SourceArn"),
                Set.of("Description", "EventPattern", "RetentionDays", "KmsKeyIdentifier"), Set.of("SourceArn"));
        this.events = events;
    }

    private static Events.CreateArchiveRequest wanted(String named, Desired desired) {
        return desired.input(Events.CREATE_ARCHIVE, Events.CreateArchiveRequest.class, Map.of("ArchiveName", named,
                "EventSourceArn", Objects.toString(desired.properties().get("SourceArn"), "")), NOT_OF_THE_OPERATION);
    }

    @Override
    protected void make(Caller caller, String named, Desired desired) {
        events.createArchive(caller, wanted(named, desired));
    }

    /** An archive has no mark of who made it: one that is just what is wanted is taken for an earlier try's. */
    @Override
    protected boolean isOurs(Caller caller, String named, Desired desired) {
        var wanted = wanted(named, desired);
        var known = archive(caller, named);
        return known.eventSourceArn().equals(wanted.eventSourceArn())
                && Objects.equals(known.description(), wanted.description())
                && Objects.equals(known.eventPattern(), wanted.eventPattern())
                && known.retentionDays() == Objects.requireNonNullElse(wanted.retentionDays(), 0);
    }

    @Override
    protected void change(Caller caller, String named, Desired before, Desired after) {
        events.updateArchive(caller, after.input(Events.UPDATE_ARCHIVE, Events.UpdateArchiveRequest.class,
                Map.of("ArchiveName", named, "Description", after.properties().getOrDefault("Description", ""),
                        "RetentionDays", after.properties().getOrDefault("RetentionDays", 0),
                        "KmsKeyIdentifier", after.properties().getOrDefault("KmsKeyIdentifier", "")),
                NOT_OF_THE_OPERATION));
    }

    @Override
    protected void remove(Caller caller, String named) {
        events.deleteArchive(caller, Events.DeleteArchiveRequest.of(r -> r.archiveName(named)));
    }

    private Events.DescribeArchiveResponse archive(Caller caller, String named) {
        return events.describeArchive(caller, Events.DescribeArchiveRequest.of(r -> r.archiveName(named)));
    }

    @Override
    protected Resource describe(Caller caller, String named) {
        return new Resource(named, Map.of("Arn", archive(caller, named).archiveArn()));
    }
}
