package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.ResourceType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** AWS::Events::Archive. */
record ArchiveType(Events events) implements ResourceType {
    private static final int MAX_NAME = 48;

    @Override
    public String type() {
        return "AWS::Events::Archive";
    }

    @Override
    public Set<String> properties() {
        return Set.of("ArchiveName", "SourceArn", "Description", "EventPattern", "RetentionDays", "KmsKeyIdentifier");
    }

    @Override
    public Set<String> required() {
        return Set.of("SourceArn");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("ArchiveName", "SourceArn");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.name("ArchiveName", MAX_NAME);
        var given = new LinkedHashMap<>(desired.properties());
        var wanted = EventsResources.input(Events.CREATE_ARCHIVE, Events.CreateArchiveRequest.class, given(given),
                Map.of("ArchiveName", name, "EventSourceArn", Objects.toString(given.get("SourceArn"), "")));
        try {
            events.createArchive(caller, wanted);
        } catch (Events.ResourceAlreadyExistsException e) {
            var known = describe(caller, name);
            // An archive has no mark of who made it: one that is just what is wanted is taken for an earlier try's.
            boolean same = known.eventSourceArn().equals(wanted.eventSourceArn())
                    && Objects.equals(known.description(), wanted.description())
                    && Objects.equals(known.eventPattern(), wanted.eventPattern())
                    && known.retentionDays() == Objects.requireNonNullElse(wanted.retentionDays(), 0);
            if (!same) {
                throw e;
            }
        }
        return existing(caller, name);
    }

    private static Map<String, Object> given(Map<String, Object> properties) {
        var given = new LinkedHashMap<>(properties);
        given.remove("SourceArn");
        return given;
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        events.updateArchive(caller, EventsResources.input(Events.UPDATE_ARCHIVE, Events.UpdateArchiveRequest.class,
                given(after.properties()), Map.of("ArchiveName", physicalId)));
        return existing(caller, physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        EventsResources.gone(() -> events.deleteArchive(caller,
                Events.DeleteArchiveRequest.of(r -> r.archiveName(physicalId))));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(existing(caller, physicalId));
        } catch (Events.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private Events.DescribeArchiveResponse describe(Caller caller, String name) {
        return events.describeArchive(caller, Events.DescribeArchiveRequest.of(r -> r.archiveName(name)));
    }

    private Resource existing(Caller caller, String name) {
        return new Resource(name, Map.of("Arn", describe(caller, name).archiveArn(), "ArchiveName", name));
    }
}
