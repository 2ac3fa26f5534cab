# The images without the SDK on the machine that builds them; with it, "dotnet publish -t:PublishContainer" makes the same (docs/kubernetes.md).
#   docker build --target node -t actorstreams:0.1.0 --build-arg SDK=... --build-arg RUNTIME=... .
# SDK and RUNTIME are .NET's images "sdk" and "aspnet" of version 10.0, from the registry that you take them from.
ARG SDK
ARG RUNTIME

FROM ${SDK} AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Node -c Release -o /node \
 && dotnet publish src/Lighthouse -c Release -o /lighthouse

FROM ${RUNTIME} AS lighthouse
COPY --from=build /lighthouse /app
WORKDIR /app
USER 1654
EXPOSE 4053 8558
ENTRYPOINT ["dotnet", "lighthouse.dll"]

FROM ${RUNTIME} AS node
COPY --from=build /node /app
WORKDIR /app
USER 1654
EXPOSE 4567 8558 4053
ENTRYPOINT ["dotnet", "actorstreams.dll"]
