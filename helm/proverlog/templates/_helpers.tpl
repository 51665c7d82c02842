{{- define "proverlog.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 48 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 48 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* What never changes of an object. Takes the component and the root. */}}
{{- define "proverlog.selector" -}}
app.kubernetes.io/name: proverlog
app.kubernetes.io/instance: {{ index . 1 "Release" "Name" }}
app.kubernetes.io/component: {{ index . 0 }}
{{- end }}

{{- define "proverlog.labels" -}}
{{ include "proverlog.selector" . }}
app.kubernetes.io/version: {{ index . 1 "Chart" "AppVersion" | quote }}
app.kubernetes.io/managed-by: {{ index . 1 "Release" "Service" }}
helm.sh/chart: {{ printf "%s-%s" (index . 1 "Chart" "Name") (index . 1 "Chart" "Version") | replace "+" "_" }}
{{- end }}

{{- define "proverlog.image" -}}
{{ .Values.image.repository }}
{{- with .Values.image.digest }}@{{ . }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{/* What all pods have. Kubernetes would put the Services' addresses into PROVERLOG_* variables, which
     are flags' names. */}}
{{- define "proverlog.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "proverlog.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "proverlog.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* How the service and its migration reach the database. */}}
{{- define "proverlog.databaseEnv" -}}
env:
  - name: PROVERLOG_DATABASE_URL
    valueFrom:
      secretKeyRef:
        name: {{ .Values.database.existingSecret }}
        key: {{ .Values.database.key }}
  {{- if .Values.database.caSecret }}
  - name: PGSSLROOTCERT
    value: /etc/proverlog/database-ca/ca.crt
  {{- end }}
{{- end }}

{{- define "proverlog.databaseMount" -}}
{{- if .Values.database.caSecret }}
- name: database-ca
  mountPath: /etc/proverlog/database-ca
  readOnly: true
{{- end }}
{{- end }}

{{- define "proverlog.databaseVolume" -}}
{{- if .Values.database.caSecret }}
- name: database-ca
  secret:
    secretName: {{ .Values.database.caSecret }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{/* The files that the service reads; the migration has them checked before anything changes. */}}
{{- define "proverlog.configData" -}}
data:
  proverlog.toml: |
    # What is not here is as `proverlogd --help` says.
    {{- range $key, $value := .Values.config }}
    {{ $key }} = {{ if kindIs "float64" $value }}{{ int64 $value }}{{ else }}{{ toJson $value }}{{ end }}
    {{- end }}
  {{- with .Values.alerts.rules }}
  # Quoted: a block would take its indentation from the first line.
  rules.textproto: {{ toJson . }}
  {{- end }}
{{- end }}

{{- define "proverlog.configFlags" -}}
- --config=/etc/proverlog/config/proverlog.toml
{{- if .Values.alerts.rules }}
- --rules=/etc/proverlog/config/rules.textproto
{{- end }}
{{- end }}

{{- define "proverlog.configMounts" -}}
- name: config
  mountPath: /etc/proverlog/config
  readOnly: true
{{- if .Values.alerts.existingSecret }}
- name: alert-secrets
  mountPath: /etc/proverlog/secrets
  readOnly: true
{{- end }}
{{- end }}

{{/* Takes the ConfigMap's name and the root. */}}
{{- define "proverlog.configVolumes" -}}
- name: config
  configMap:
    name: {{ index . 0 }}
{{- with index . 1 "Values" "alerts" "existingSecret" }}
- name: alert-secrets
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}
