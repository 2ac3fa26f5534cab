from conformance import *

POLICY = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}'


@case
def a_policy_is_deleted_once():
    created = stream()
    for resource in (arn_of(created), consumer(created)):
        kinesis.put_resource_policy(ResourceARN=resource, Policy=POLICY)
        kinesis.delete_resource_policy(ResourceARN=resource)
        equal("{}", kinesis.get_resource_policy(ResourceARN=resource)["Policy"])
        expect_error(
            NOT_FOUND, f"No resource policy found for resource ARN {resource}.", kinesis.delete_resource_policy, ResourceARN=resource)


@case
def the_resource_must_be_named_and_there():
    expect_resource(kinesis.delete_resource_policy)
