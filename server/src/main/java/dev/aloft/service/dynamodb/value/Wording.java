package dev.aloft.service.dynamodb.value;

/**
 * How an operation words what is wrong with a request in itself. AWS has gone from one wording to another operation by
 * operation; which of them had by October 2026 was captured in 33 regions (paritysuite/dynamodb-conformance).
 */
public enum Wording {
    /** Of PutItem, UpdateItem, DeleteItem, GetItem, BatchGetItem and Query. */
    PRESENT,
    /** Of Scan, BatchWriteItem, TransactWriteItems, TransactGetItems and all else. */
    FORMER
}
