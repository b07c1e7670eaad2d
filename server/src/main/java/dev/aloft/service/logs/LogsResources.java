package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What templates can declare: AWS::Logs::LogGroup, LogStream, ResourcePolicy, the {@link FilterTypes} and
 * those of {@link DeliveryTypes log deliveries}. */
final class LogsResources {
    private LogsResources() {
    }

    static List<ResourceType> all(Logs logs) {
        var types = new ArrayList<ResourceType>(List.of(new LogGroup(logs), new LogStream(logs),
            new ResourcePolicy(logs)));
        types.addAll(FilterTypes.all(logs));
        types.addAll(DeliveryTypes.all(logs));
        return types;
    }

    private record LogGroup(Logs logs) implements ResourceType {
        private static final int MAX_NAME = 512;

        @Override
        public String type() {
            return "AWS::Logs::LogGroup";
        }

        @Override
        public Set<String> properties() {
            return Set.of("LogGroupName", "RetentionInDays", "Tags", "LogGroupClass", "KmsKeyId",
                "DeletionProtectionEnabled");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("LogGroupName");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var name = desired.name("LogGroupName", MAX_NAME);
            try {
                logs.createLogGroup(caller, Logs.CreateLogGroupRequest.of(r -> r.logGroupName(name)
                    .tags(desired.marked()).kmsKeyId((String) desired.properties().get("KmsKeyId"))
                    .logGroupClass((String) desired.properties().get("LogGroupClass"))
                    .deletionProtectionEnabled(isKept(desired))));
            } catch (Logs.ResourceAlreadyExistsException e) {
                if (!isOurs(caller, name, desired)) {
                    throw e;
                }
            }
            return ResourceType.complete(name, () -> {
                setRetention(caller, name, desired);
                return resource(caller, name);
            });
        }

        /** Made by an earlier try for the same resource of the same stack. */
        private boolean isOurs(Caller caller, String name, Desired desired) {
            var tags = logs.listTagsLogGroup(caller, Logs.ListTagsLogGroupRequest.of(r -> r.logGroupName(name))).tags();
            return desired.isMarkedIn(tags);
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            if (!groupClass(before).equals(groupClass(after))) {
                throw ApiError.notBuilt("The log group class " + groupClass(after));
            }
            setRetention(caller, physicalId, after);
            setKey(caller, physicalId, before, after);
            if (isKept(before) != isKept(after)) {
                logs.putLogGroupDeletionProtection(caller, Logs.PutLogGroupDeletionProtectionRequest.of(r -> r
                    .logGroupIdentifier(physicalId).deletionProtectionEnabled(isKept(after))));
            }
            var arn = Groups.arn(caller, physicalId).toString();
            var gone = before.tagsGoneIn(after);
            if (!gone.isEmpty()) {
                logs.untagResource(caller, Logs.UntagResourceRequest.of(r -> r.resourceArn(arn).tagKeys(gone)));
            }
            logs.tagResource(caller, Logs.TagResourceRequest.of(r -> r.resourceArn(arn).tags(after.marked())));
            return resource(caller, physicalId);
        }

        private static boolean isKept(Desired desired) {
            return Boolean.parseBoolean(String.valueOf(desired.properties().get("DeletionProtectionEnabled")));
        }

        private static Object groupClass(Desired desired) {
            return desired.properties().getOrDefault("LogGroupClass", Logs.LogGroupClass.STANDARD);
        }

        private void setRetention(Caller caller, String name, Desired desired) {
            var days = desired.properties().get("RetentionInDays");
            if (days == null) {
                logs.deleteRetentionPolicy(caller, Logs.DeleteRetentionPolicyRequest.of(r -> r.logGroupName(name)));
            } else {
                logs.putRetentionPolicy(caller, Logs.PutRetentionPolicyRequest.of(r -> r.logGroupName(name)
                    .retentionInDays(wholeNumber(days))));
            }
        }

        private void setKey(Caller caller, String name, Desired before, Desired after) {
            var key = (String) after.properties().get("KmsKeyId");
            if (Objects.equals(key, before.properties().get("KmsKeyId"))) {
                return;
            }
            if (key == null) {
                logs.disassociateKmsKey(caller, Logs.DisassociateKmsKeyRequest.of(r -> r.logGroupName(name)));
            } else {
                logs.associateKmsKey(caller, Logs.AssociateKmsKeyRequest.of(r -> r.logGroupName(name).kmsKeyId(key)));
            }
        }

        private static int wholeNumber(Object value) {
            try {
                return Integer.parseInt(value.toString());
            } catch (NumberFormatException _) {
                throw ApiError.of("ValidationException", 400, "#/RetentionInDays: expected type: Integer, found: "
                    + value);
            }
        }


        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            try {
                logs.deleteLogGroup(caller, Logs.DeleteLogGroupRequest.of(r -> r.logGroupName(physicalId)));
            } catch (Logs.ResourceNotFoundException _) {
                // Gone already, as wanted.
            }
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            try {
                logs.listTagsLogGroup(caller, Logs.ListTagsLogGroupRequest.of(r -> r.logGroupName(physicalId)));
                return Optional.of(resource(caller, physicalId));
            } catch (Logs.ResourceNotFoundException _) {
                return Optional.empty();
            }
        }

        private static Resource resource(Caller caller, String name) {
            return new Resource(name, Map.of("Arn", Groups.arn(caller, name) + ":*"));
        }
    }

    /** A stream's physical id is its name, so what deletes it asks the last template for its group. */
    private record LogStream(Logs logs) implements ResourceType {
        private static final int MAX_NAME = 512;

        @Override
        public String type() {
            return "AWS::Logs::LogStream";
        }

        @Override
        public Set<String> properties() {
            return Set.of("LogGroupName", "LogStreamName");
        }

        @Override
        public Set<String> required() {
            return Set.of("LogGroupName");
        }

        @Override
        public Set<String> replacedBy() {
            return properties();
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var name = desired.name("LogStreamName", MAX_NAME);
            try {
                logs.createLogStream(caller, Logs.CreateLogStreamRequest.of(r -> r.logGroupName(group(desired))
                    .logStreamName(name)));
            } catch (Logs.ResourceAlreadyExistsException e) {
                // A name of CloudFormation's making can only be from an earlier try.
                if (desired.properties().containsKey("LogStreamName")) {
                    throw e;
                }
            }
            return new Resource(name, Map.of());
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            return new Resource(physicalId, Map.of());
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            try {
                logs.deleteLogStream(caller, Logs.DeleteLogStreamRequest.of(r -> r.logGroupName(group(last))
                    .logStreamName(physicalId)));
            } catch (Logs.ResourceNotFoundException _) {
                // Gone already, perhaps with its group.
            }
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(new Resource(physicalId, Map.of()));
        }

        private static String group(Desired desired) {
            return String.valueOf(desired.properties().get("LogGroupName"));
        }
    }

    private record ResourcePolicy(Logs logs) implements ResourceType {
        @Override
        public String type() {
            return "AWS::Logs::ResourcePolicy";
        }

        @Override
        public Set<String> properties() {
            return Set.of("PolicyName", "PolicyDocument");
        }

        @Override
        public Set<String> required() {
            return Set.of("PolicyName", "PolicyDocument");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("PolicyName");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var name = desired.properties().get("PolicyName").toString();
            var document = desired.document("PolicyDocument");
            logs.putResourcePolicy(caller,
                Logs.PutResourcePolicyRequest.of(r -> r.policyName(name).policyDocument(document)));
            return new Resource(name, Map.of());
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            return create(caller, after);
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            try {
                logs.deleteResourcePolicy(caller, Logs.DeleteResourcePolicyRequest.of(r -> r.policyName(physicalId)));
            } catch (Logs.ResourceNotFoundException _) {
                // Which is what was wanted.
            }
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return logs.describeResourcePolicies(caller, Logs.DescribeResourcePoliciesRequest.of(_ -> { }))
                .resourcePolicies().stream()
                .filter(policy -> policy.policyName().equals(physicalId)).findFirst()
                .map(_ -> new Resource(physicalId, Map.of()));
        }
    }
}
