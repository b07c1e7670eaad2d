package dev.aloft.service.firehose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Firehose;
import java.util.List;
import org.junit.jupiter.api.Test;

class PassedRolesTest {
    @Test
    void rolesAreThoseOfTheSourceTheDestinationItsBackupAndItsFunction() {
        var request = Firehose.CreateDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")
                .kinesisStreamSourceConfiguration(Firehose.KinesisStreamSourceConfiguration.of(
                        k -> k.kinesisStreamARN("arn:k").roleARN("source")))
                .extendedS3DestinationConfiguration(Firehose.ExtendedS3DestinationConfiguration.of(d -> d
                        .roleARN("bucket").bucketARN("arn:b")
                        .s3BackupConfiguration(Firehose.S3DestinationConfiguration.of(b -> b.roleARN("backup")
                                .bucketARN("arn:b")))
                        .processingConfiguration(Firehose.ProcessingConfiguration.of(p -> p.processors(List.of(
                                Firehose.Processor.of(it -> it.type("Lambda").parameters(List.of(
                                        Firehose.ProcessorParameter.of(l -> l.parameterName("RoleArn")
                                                .parameterValue("function"))))))))))));
        assertThat(PassedRoles.of(request)).containsExactlyInAnyOrder("source", "bucket", "backup", "function");
    }
}
