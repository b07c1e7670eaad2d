/**
 * The transform {@code AWS::Serverless-2016-10-31}: a template's tree with serverless resources becomes one with plain
 * CloudFormation resources. Pure, a class a serverless type; logical ids come out as AWS's transform makes them, except
 * the hash at the end of a REST API deployment's id. Left out, and refused by name: connectors, gradual deployments
 * through CodeDeploy, custom domains, WebSocket and GraphQL APIs, capacity providers, and the Kafka, MQ and DocumentDB
 * event sources.
 *
 * <p>AWS: <a href="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html"> AWS SAM
 * specification</a>.
 */
package dev.aloft.service.cloudformation.sam;
